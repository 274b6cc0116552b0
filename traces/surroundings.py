"""How the calls around a hop went: whether this one was unusual, and what stats say of the caller's pool."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from meshhub.model import Reporter
from meshhub.outcome import classify
from meshhub.quantities import duration, plural
from storage.records.edges import PoolReport
from storage.records.journeys import EdgeMinutes
from traces.calls import fits
from traces.model import Around, Hop, Journey, Note, Party
from traces.party_words import hop_name

Relation = tuple[str, str]
"""Names of the calling and of the called service."""

MAX_RELATIONS = 200
ENOUGH = 20
"""Calls from which on it is said how this one compares."""


def relations_of(journey: Journey) -> list[Relation]:
    """The relations of the hops, sorted."""
    pairs = {(hop.source.identity.service, hop.destination.identity.service) for hop in journey.hops}
    return sorted(pair for pair in pairs if pair[1])[:MAX_RELATIONS]


def surround(journey: Journey, edges: Sequence[EdgeMinutes], pools: Sequence[PoolReport], minutes: int) -> Journey:
    """The journey with what is known around each of its hops."""
    return replace(journey, hops=tuple(_surrounded(hop, edges, pools, minutes) for hop in journey.hops))


def _surrounded(hop: Hop, edges: Sequence[EdgeMinutes], pools: Sequence[PoolReport], minutes: int) -> Hop:
    fitting = [edge for edge in edges if _is_edge_of(edge, hop)]
    wanted = Reporter.CLIENT if hop.client is not None else Reporter.SERVER
    same = [edge for edge in fitting if edge.reporter == wanted] or fitting
    if not same:
        return hop
    edge = max(same, key=lambda each: each.requests)
    median, _, slow, slowest = edge.latency_us
    around = Around(
        minutes=minutes,
        reporter=Reporter(edge.reporter),
        requests=edge.requests,
        failed=_failed(edge),
        latency_us=(median, slow, slowest),
        pool=tuple(note for pool in pools if _is_pool_of(pool, hop) for note in _pool_notes(pool)),
    )
    return replace(hop, around=around, notes=(*hop.notes, *_compared(hop, around)))


def _compared(hop: Hop, around: Around) -> Iterable[Note]:
    _, slow, slowest = around.latency_us
    if around.requests < ENOUGH or hop.transport == "tcp" or hop.duration_us < slow:
        return
    share, bound = (99, slowest) if hop.duration_us >= slowest else (95, slow)
    yield Note(
        "slower-than-usual",
        f"Slower than {share} % of the {around.requests:,} calls {hop_name(hop)} in the {around.minutes} minutes "
        f"around it: {duration(hop.duration_us)}, where {share} % took up to {duration(bound)}.",
    )


def _failed(edge: EdgeMinutes) -> int:
    return sum(
        requests
        for (code, grpc_status, flags, tcp), requests in zip(*edge.outcomes, strict=True)
        if classify(code, grpc_status, flags, tcp=bool(tcp)).failed
    )


def _is_edge_of(edge: EdgeMinutes, hop: Hop) -> bool:
    return _is_end(hop.source, edge.source_namespace, edge.source_service) and _is_end(
        hop.destination, edge.destination_namespace, edge.destination_service
    )


def _is_pool_of(pool: PoolReport, hop: Hop) -> bool:
    return _is_end(hop.source, pool.source_namespace, pool.source_service) and _is_end(
        hop.destination, pool.destination_namespace, pool.destination_service
    )


def _is_end(party: Party, namespace: str, service: str) -> bool:
    identity = party.identity
    return identity.service == service and (fits(namespace, identity.namespace) or not identity.namespace)


def _pool_notes(pool: PoolReport) -> Iterable[Note]:
    if pool.open_circuit_breakers:
        named = ", ".join(pool.open_circuit_breakers)
        yield Note("circuit-breaker-open", f"Circuit breakers of {pool.upstream} were open: {named}.")
    if pool.ejected_hosts or pool.ejections:
        text = f"Outlier detection took hosts of {pool.upstream} out: {plural(pool.ejections, 'ejection')}"
        most = f", up to {plural(pool.ejected_hosts, 'host')} at a time" if pool.ejected_hosts else ""
        yield Note("hosts-ejected", f"{text}{most}.")
    counts = (
        (pool.pool_overflows, "overflow of the pool", "overflows of the pool"),
        (pool.retry_overflows, "retry that the retry budget refused", "retries that the retry budget refused"),
        (pool.connection_failures, "connection that failed", "connections that failed"),
        (pool.connection_timeouts, "connection that timed out", "connections that timed out"),
    )
    told = [plural(count, one, many) for count, one, many in counts if count]
    if told:
        yield Note("pool-trouble", f"Connections to {pool.upstream}: {', '.join(told)}.")
