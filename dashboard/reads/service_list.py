"""The list of services: what the graph says of each, with the latency over all callers, which no edge has."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.reads.service_model import ServiceRow, Side
from dashboard.reads.service_sides import choose_side
from storage.records.services import NamedInstances, NamedLatency
from topology.model import Evidence, Latency, NodeKind, NodeTraffic, ServiceGraph, ServiceNode
from topology.spellings import Spellings

LEAST_REQUESTS_BEFORE = 50
"""A window before with fewer requests is nothing to compare a latency with."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What the store counted by name: of those who answer, of those who only call; in the window, and before it."""

    answered: Sequence[NamedLatency]
    answered_before: Sequence[NamedLatency]
    called: Sequence[NamedLatency]
    called_before: Sequence[NamedLatency]
    instances: Sequence[NamedInstances]


def list_services(
    graph: ServiceGraph, names: Mapping[str, Spellings], counted: Counted, steps: int
) -> tuple[ServiceRow, ...]:
    """A row for every node that has a name, in the order of the graph. Quantiles of several names are averaged."""
    answered, answered_before = _by_name(counted.answered), _by_name(counted.answered_before)
    called, called_before = _by_name(counted.called), _by_name(counted.called_before)
    proxies = {(each.cluster, each.namespace, each.service): each.instances for each in counted.instances}
    rows = []
    for node in graph.nodes:
        if node.kind is NodeKind.UNKNOWN:
            continue
        spelled = names.get(node.id, Spellings())
        if node.inbound:
            now, before = (
                _sides([row for name in spelled.destinations for row in rows_of.get(name, ())])
                for rows_of in (answered, answered_before)
            )
        else:
            now, before = (
                {Side.CALLS: [row for name in spelled.sources for row in rows_of.get((0, *name), ())]}
                for rows_of in (called, called_before)
            )
        instances = {proxy for name in spelled.sources for proxy in proxies.get(name, ())}
        instances |= {proxy for name in spelled.destinations if not name[0] for proxy in proxies.get(name[1:], ())}
        rows.append(_row(node, now, before, len(instances) if node.reporting else None, steps))
    return tuple(rows)


def _row(
    node: ServiceNode,
    now: Mapping[Side, list[NamedLatency]],
    before: Mapping[Side, list[NamedLatency]],
    instances: int | None,
    steps: int,
) -> ServiceRow:
    requests = {side: total for side, rows in now.items() if (total := sum(row.requests for row in rows))}
    side = choose_side(requests)
    shown, earlier = (now[side], before.get(side, [])) if side else ([], [])
    traffic: NodeTraffic | None = node.inbound or node.outbound
    compared = earlier if sum(row.requests for row in earlier) >= LEAST_REQUESTS_BEFORE else []
    course: Counter[int] = Counter()
    for row in shown:
        for step, count in row.course.items():
            course[min(step, steps - 1)] += count
    return ServiceRow(
        node,
        side,
        traffic.requests if traffic else 0,
        traffic.per_second if traffic else None,
        traffic.error_share if traffic else None,
        _latency(shown),
        _latency(compared),
        instances,
        tuple(course[step] for step in range(steps)),
    )


def _by_name(rows: Iterable[NamedLatency]) -> dict[tuple[int, str, str, str], list[NamedLatency]]:
    found: defaultdict[tuple[int, str, str, str], list[NamedLatency]] = defaultdict(list)
    for row in rows:
        found[row.outside, row.cluster, row.namespace, row.service].append(row)
    return found


def _sides(rows: Sequence[NamedLatency]) -> dict[Side, list[NamedLatency]]:
    """Whose rows these are; spans only where there are no access logs."""
    logged = [row for row in rows if row.signal == Evidence.ACCESS_LOG]
    sides: dict[Side, list[NamedLatency]] = {Side.CALLERS: [], Side.OWN: []}
    for row in logged or rows:
        sides[Side.OWN if row.reporter == "server" else Side.CALLERS].append(row)
    return sides


def _latency(rows: Sequence[NamedLatency]) -> Latency | None:
    requests = sum(row.requests for row in rows)
    duration = sum(row.duration_us_sum for row in rows)
    if not requests or not duration:
        return None
    p50, p90, p95, p99 = (sum(row.latency_us[place] * row.requests for row in rows) / requests for place in range(4))
    return Latency(p50, p90, p95, p99, duration / requests)
