"""The newest seconds of a window, and what they say that the whole of it hides: a fault that began just now."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from meshhub.model import TimeRange
from meshhub.outcome import Outcome
from meshhub.quantities import duration, plural, share
from storage.records.edges import PoolReport, RecentCalls
from topology.counts import sorted_counts
from topology.health.model import Health
from topology.health.tolerance import Rule, Tally, Tolerance
from topology.model import EdgeView, Latency, Note, Pool, ServiceGraph
from topology.pools import pools_by_edge
from topology.settings import BaselineSettings, RecentSettings
from topology.significance import chance_of_tail, p_value
from topology.tally import by_flag, by_outcome

Finding = tuple[Health, Note]

SMALL = 0.01
"""Edges with a share of errors below this need not say that they have had none lately."""

LEAST_FAILURES, MORE = 2, 1.5
"""How many of the newest calls must have gone wrong, and how many times their usual share, to be looked at."""

TAILS = (("p50", 0.5, "p90", 0.1), ("p90", 0.1, "p99", 0.01))
"""A quantile now, the share of requests beyond it, and the quantile before that it is held to, with its share: half of
the requests now as slow as one in ten was before, or one in ten as slow as one in a hundred."""


@dataclass(frozen=True, slots=True)
class Recent:
    """The newest part of a graph's window. `calls` by id of edge, by its headline's side, where there is something to
    say of them; of the nodes in `nodes`, all edges are there."""

    window: TimeRange
    calls: Mapping[str, Tally]
    nodes: frozenset[str] = frozenset()
    pools: Mapping[str, Pool] = field(default_factory=dict)
    """What stats say of the callers' pools in the last minute, by id of edge."""


def recent_part(
    graph: ServiceGraph, window: TimeRange, rows: Sequence[RecentCalls], pools: Sequence[PoolReport] = ()
) -> Recent:
    """What these rows of the newest part, and these stats of the last minute, say of a graph's edges."""
    found = {row.relation: row for row in rows}
    own: dict[str, list[RecentCalls]] = {}
    telling, nodes = set[str](), set[str]()
    for edge in graph.edges:
        view = edge.headline
        own[edge.id] = mine = [found[relation] for relation in view.relations if relation in found]
        if any(_worse(row, view) for row in mine):
            nodes.update((edge.source, edge.destination))
        elif not mine or (view.errors.share or 0.0) + (view.errors.client_error_share or 0.0) < SMALL:
            continue
        telling.add(edge.id)
    calls = {
        edge.id: _tally(own[edge.id])
        for edge in graph.edges
        if own[edge.id] and (edge.id in telling or edge.destination in nodes or edge.source in nodes)
    }
    return Recent(window, calls, frozenset(nodes), pools_by_edge(graph, pools))


def _worse(row: RecentCalls, view: EdgeView) -> bool:
    """Whether the newest calls may be worse: cheap, because most are not. What is sure is found out afterwards."""
    retries = row.attempts - row.requests
    if retries >= LEAST_FAILURES and retries * view.retries.attempts > view.retries.retries * row.attempts * MORE:
        return True
    if row.outcomes[1]:
        usual = (view.errors.share or 0.0) + (view.errors.client_error_share or 0.0)
        bad = sum(row.outcomes[1])
        if bad >= LEAST_FAILURES and bad > usual * row.requests * MORE:
            return True
    usually = view.latency
    return usually is not None and (row.latency_us[0] >= usually.p90 or row.latency_us[1] >= usually.p99)


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest calls of some, and how they are judged. `seconds` is what they were counted over."""

    tally: Tally
    seconds: float
    settings: RecentSettings


def judge_newest(
    newest: Newest, now: Tally, before: Tally | None, rule: Rule, baseline: BaselineSettings, unit: str
) -> list[Finding]:
    """What the newest calls exceed or are slower in than the earlier ones of the window and of the time before.

    Chance must not explain it (`settings.p_value`), so two failures of five say nothing.
    """
    if newest.tally.requests < newest.settings.minimum_requests:
        return []
    found = [_exceeded(tolerance, newest, now, before, unit) for tolerance in rule.tolerances]
    usual = before if before is not None and before.requests >= baseline.minimum_requests else now
    return [
        each for each in (*found, _tried_again(newest, now, before, rule), _slowed(newest, usual, baseline)) if each
    ]


def _tried_again(newest: Newest, now: Tally, before: Tally | None, rule: Rule) -> Finding | None:
    """Retries that began: they show a fault before its errors do, which they hide."""
    recent = newest.tally
    if rule.retried is None or not recent.retries or recent.retried < rule.retried:
        return None
    earlier = max(now.requests - recent.requests, 0) + (before.requests if before else 0)
    retries = max(now.retries - recent.retries, 0) + (before.retries if before else 0)
    attempts = recent.requests + recent.retries
    if not _surely_more(newest, recent.retries, attempts, retries, earlier + retries):
        return None
    text = (
        f"{share(recent.retried)} of {attempts:,} attempts in the last {newest.seconds:.0f} s were retries, "
        f"{share(retries / (earlier + retries))} before"
    )
    return Health.DEGRADED, Note("retries-now", text)


def _slowed(newest: Newest, usual: Tally, baseline: BaselineSettings) -> Finding | None:
    took, before, requests = newest.tally.latency, usual.latency, newest.tally.requests
    if took is None or before is None:
        return None
    for name, beyond, held_to, share_before in TAILS:
        value, same, limit = getattr(took, name), getattr(before, name), getattr(before, held_to)
        if value < max(limit, same * baseline.slowdown, same + baseline.slowdown_ms * 1000):
            continue
        if chance_of_tail(requests, math.ceil(requests * beyond - 1e-9), share_before) <= newest.settings.p_value:
            last = f"in the last {newest.seconds:.0f} s (of {requests:,})"
            text = f"{name} {duration(value)} {last}, {duration(same)} before"
            return Health.DEGRADED, Note("latency-now", text)
    return None


def _exceeded(tolerance: Tolerance, newest: Newest, now: Tally, before: Tally | None, unit: str) -> Finding | None:
    recent = newest.tally
    count = tolerance.count(recent)
    part = count / recent.requests
    if part < tolerance.degraded:
        return None
    earlier = max(now.requests - recent.requests, 0) + (before.requests if before else 0)
    failed = max(tolerance.count(now) - count, 0) + (tolerance.count(before) if before else 0)
    if not _surely_more(newest, count, recent.requests, min(failed, earlier), earlier):
        return None
    text = (
        f"{tolerance.name(recent)} {share(part)} of {plural(recent.requests, unit)} in the last {newest.seconds:.0f} s"
        f"{_flagged(recent, count)}, {share(failed / earlier)} before"
    )
    return (Health.FAILING if part >= tolerance.failing else Health.DEGRADED), Note("errors-now", text)


def _surely_more(newest: Newest, count: int, total: int, count_before: int, total_before: int) -> bool:
    """Whether the share of these is larger than it was before, and not by chance."""
    if not total_before or count_before / total_before >= count / total:
        return False
    probability = p_value(count_before, total_before, count, total)
    return probability is not None and probability <= newest.settings.p_value


def _flagged(recent: Tally, count: int) -> str:
    """The response flag that most of the failures have."""
    flag, requests = next(iter(recent.flags.items()), ("", 0))
    return f" (most {flag})" if flag and requests * 2 > count else ""


def _tally(rows: Sequence[RecentCalls]) -> Tally:
    outcomes: Counter[tuple[int, int, str, bool]] = Counter()
    for row in rows:
        outcomes.update(dict(zip(*row.outcomes, strict=True)))
    kinds = {kind.value: count for kind, count in by_outcome(outcomes).items() if kind is not Outcome.OK}
    codes: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    for (code, status, _, tcp), count in outcomes.items():
        if not tcp:
            codes[str(code)] += count
        if status >= 0:
            statuses[str(status)] += count
    requests = sum(row.requests for row in rows)
    return Tally(
        requests,
        sorted_counts(kinds),
        sorted_counts(codes),
        sorted_counts(statuses),
        by_flag(outcomes),
        _latency(rows),
        max(0, sum(row.attempts for row in rows) - requests),
    )


def _latency(rows: Sequence[RecentCalls]) -> Latency | None:
    requests, total = sum(row.requests for row in rows), sum(row.duration_us_sum for row in rows)
    if not total or not requests:
        return None
    p50, p90, p95, p99 = (sum(row.latency_us[index] * row.requests for row in rows) / requests for index in range(4))
    return Latency(p50, p90, p95, p99, total / requests)
