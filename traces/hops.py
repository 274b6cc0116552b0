"""Makes the hop of a call."""

from meshhub.model import WorkloadIdentity
from storage.records.access_logs import AccessLog
from traces.attempts import find_attempts
from traces.calls import Call, identity_of
from traces.context_breaks import Guesses
from traces.hop_notes import note_hop
from traces.model import Attempt, Hop, Party
from traces.positions import Position
from traces.proxy_spans import SortedSpans
from traces.reports import describe, outcome_of
from traces.timeline import Timeline
from traces.times import break_down


def build_hop(position: Position, timeline: Timeline, spans: SortedSpans, request_id: str, guesses: Guesses) -> Hop:
    """The hop of the call at a position."""
    call = position.call
    first, last = call.reports[0], call.reports[-1]
    client = None if call.client is None else describe(call.client, timeline, spans)
    attempts = tuple(
        Attempt(number, None if server is None else describe(server, timeline, spans))
        for number, server in enumerate(find_attempts(call), 1)
    )
    return Hop(
        id=position.id,
        parent=position.parent,
        parent_attempt=position.parent_attempt,
        depth=position.depth,
        source=_source(call),
        destination=_destination(call, last),
        transport=first.transport,
        method=first.method,
        authority=first.authority,
        path=first.path,
        start_us=timeline.start_us(first),
        duration_us=first.duration_us,
        outcome=outcome_of(first if call.client is not None else last),
        client=client,
        attempts=attempts,
        network_us=_network(call),
        times=break_down(client, attempts[-1].server if attempts else None, connection=first.transport == "tcp"),
        notes=note_hop(call, timeline, request_id, guesses),
    )


def _source(call: Call) -> Party:
    client = call.client
    if client is not None:
        return Party(identity_of(client), client.instance, client.source_principal or _peer(call), "service")
    server = call.servers[0]
    identity = WorkloadIdentity(
        server.source_cluster, server.source_namespace, server.source_service, server.source_version
    )
    return Party(identity, "", server.source_principal, "service" if server.source_service else "")


def _peer(call: Call) -> str:
    """The caller's certificate as the callee saw it."""
    return next((server.source_principal for server in call.servers if server.source_principal), "")


def _destination(call: Call, last: AccessLog) -> Party:
    if call.servers:
        return Party(identity_of(last), last.instance, last.destination_principal, "service")
    identity = WorkloadIdentity(
        last.destination_cluster, last.destination_namespace, last.destination_service, last.destination_version
    )
    return Party(identity, "", last.destination_principal, last.destination_kind)


def _network(call: Call) -> int | None:
    client = call.client
    if client is None or client.request_attempts > 1 or len(call.servers) != 1:
        return None
    if client.upstream_first_byte_us == 0:
        return None
    waited = client.upstream_first_byte_us + client.upstream_response_us
    return max(waited - call.servers[0].duration_us, 0)
