"""Pairs what callers' proxies and callees' proxies reported into calls.

Spans decide where there are any: the callee's span was made within the caller's. Else the peers must fit
(traces.peers), a call takes as many of the callee's reports as it had attempts, and between several calls of the same
peers the times decide, after the difference between the two clocks was estimated from the calls themselves.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from storage.records.access_logs import AccessLog
from traces.calls import Call, Clock, clock_of, end_of, is_server, order_of, start_of
from traces.clocks import estimate_difference
from traces.lineage import Lineage
from traces.peers import can_be_one_call

NEAREST = 32
"""How many calls before and after a report are weighed: enough for any fan-out, and bounded for a flood."""

_Weight = tuple[bool, bool, bool, int]


def pair(logs: Sequence[AccessLog], lineage: Lineage) -> list[Call]:
    """Every access log in exactly one call; calls by their first report's time."""
    calls = [Call(log) for log in sorted(logs, key=order_of) if not is_server(log)]
    servers = sorted((log for log in logs if is_server(log)), key=order_of)
    rest = _pair_by_span(calls, servers, lineage)
    alone = _pair_by_peers(calls, rest)
    calls += [Call(None, [server]) for server in alone]
    for call in calls:
        call.servers.sort(key=order_of)
    return sorted(calls, key=lambda call: order_of(call.reports[0]))


def _pair_by_span(calls: Sequence[Call], servers: Sequence[AccessLog], lineage: Lineage) -> list[AccessLog]:
    """Pair what spans decide; the rest."""
    by_span = {
        (call.client.trace_id, call.client.span_id): call for call in calls if call.client and call.client.span_id
    }
    rest = []
    for server in servers:
        parent = lineage.parent((server.trace_id, server.span_id)) if server.span_id else None
        call = by_span.get(parent) if parent else None
        if call is None:
            rest.append(server)
        else:
            call.servers.append(server)
    return rest


def _pair_by_peers(calls: Sequence[Call], servers: Sequence[AccessLog]) -> list[AccessLog]:
    """Pair what peers and times decide; the rest."""
    clients = [call.client for call in calls if call.client is not None]
    differences = _differences(clients, servers)
    starts = [start_of(client) for client in clients]
    alone = []
    for server in servers:
        near = _nearest(starts, start_of(server), clients, server, differences)
        best: tuple[_Weight, Call] | None = None
        for index in near:
            call, client = calls[index], clients[index]
            if len(call.servers) < max(client.request_attempts, 1) and can_be_one_call(client, server):
                weight = _weigh(client, server, differences.get((clock_of(client), clock_of(server)), 0))
                if best is None or weight < best[0]:
                    best = weight, call
        if best is None:
            alone.append(server)
        else:
            best[1].servers.append(server)
    return alone


def _nearest(
    starts: Sequence[int],
    time: int,
    clients: Sequence[AccessLog],
    server: AccessLog,
    differences: dict[tuple[Clock, Clock], int],
) -> Sequence[int]:
    """Indexes of the calls to weigh for a report: all of a few, else those that start near it by their own clock."""
    if len(starts) <= 2 * NEAREST:
        return range(len(starts))
    callee = clock_of(server)
    shifts = {shift for (_, reporter), shift in differences.items() if reporter == callee} or {0}
    found: set[int] = set()
    for shift in shifts:
        middle = bisect_right(starts, time + shift)
        found.update(range(max(0, middle - NEAREST), min(len(clients), middle + NEAREST)))
    return sorted(found)


def _weigh(client: AccessLog, server: AccessLog, difference: int) -> _Weight:
    """How badly two reports fit; the smallest is the best."""
    before = start_of(server) + difference - start_of(client)
    after = end_of(client) - end_of(server) - difference
    return (
        (client.method, client.path) != (server.method, server.path),
        before < 0 or after < 0,
        client.upstream_host != server.downstream_local_address,
        abs(before) + abs(after),
    )


def _differences(clients: Sequence[AccessLog], servers: Sequence[AccessLog]) -> dict[tuple[Clock, Clock], int]:
    """What to add to a callee's clock to read it as a caller's, for the pairs of clocks that may have shared a call."""
    made: dict[tuple[str, ...], list[AccessLog]] = defaultdict(list)
    served: dict[tuple[str, ...], list[AccessLog]] = defaultdict(list)
    for client in clients:
        made[_relation(client)].append(client)
    for server in servers:
        served[_relation(server)].append(server)
    estimates: dict[tuple[Clock, Clock], tuple[int, int]] = {}
    for mine in made.values():
        for theirs in served.values():
            if can_be_one_call(mine[0], theirs[0]):
                clocks = clock_of(mine[0]), clock_of(theirs[0])
                estimate = len(mine) + len(theirs), estimate_difference(mine, theirs)
                estimates[clocks] = max(estimates.get(clocks, estimate), estimate)
    return {clocks: difference for clocks, (_, difference) in estimates.items()}


def _relation(log: AccessLog) -> tuple[str, ...]:
    """What `can_be_one_call` looks at, and the clock: reports with the same relation have the same possible peers."""
    return (
        *clock_of(log),
        log.transport,
        log.source_namespace,
        log.source_service,
        log.source_principal,
        log.destination_kind,
        log.destination_namespace,
        log.destination_service,
        log.destination_principal,
        "" if log.destination_service else log.upstream_host,
        log.downstream_local_address if is_server(log) else "",
    )
