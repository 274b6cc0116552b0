"""Finds for every call the one while serving which it was made.

In this order: the spans say so; the caller's proxy reported, at the same instance and by the same clock, that it was
serving; a call went to the caller's workload and its callee did not report. A call without such a parent is a root.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from storage.records.access_logs import AccessLog
from traces.calls import Call, clock_of, end_of, start_of
from traces.lineage import Lineage, SpanKey
from traces.peers import comes_from, leads_to, own_principal


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call was made: while serving the call with this index; `server` is the report of that, if any."""

    call: int
    server: AccessLog | None


def find_parents(calls: Sequence[Call], lineage: Lineage) -> list[Place | None]:
    """For every call its place, None for a root. There are no cycles: the earliest call of one is a root."""
    served = _Served(calls)
    parents = [_parent(index, call, calls, served, lineage) for index, call in enumerate(calls)]
    _cut_cycles(parents)
    return parents


class _Served:
    """The callees' reports, by span, by clock and by workload; and the calls whose callee did not report."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self.by_span: dict[SpanKey, Place] = {}
        self._by_clock: dict[tuple[str, ...], list[Place]] = defaultdict(list)
        self.by_service: dict[str, list[Place]] = defaultdict(list)
        self._unseen: dict[str, list[Place]] = defaultdict(list)
        for index, call in enumerate(calls):
            if call.client is not None and not call.servers:
                for callee in {call.client.destination_service, call.client.destination_principal}:
                    self._unseen[callee].append(Place(index, None))
            for server in call.servers:
                place = Place(index, server)
                if server.span_id:
                    self.by_span.setdefault((server.trace_id, server.span_id), place)
                self._by_clock[clock_of(server)].append(place)
                self.by_service[server.service].append(place)
        for places in self._by_clock.values():
            places.sort(key=_start)

    def unseen(self, names: Iterable[str]) -> Iterator[Place]:
        """Calls to a callee of one of these names, services or principals, that it did not report, some twice."""
        return (place for name in names if name for place in self._unseen.get(name, ()))

    def at(self, clock: tuple[str, ...], time: int, without: int) -> Place | None:
        """What this instance was serving at a time: of several the one that it began last; None if it began nothing."""
        places = self._by_clock.get(clock, [])
        earlier = [place for place in places[: bisect_right(places, time, key=_start)] if place.call != without]
        return next((place for place in reversed(earlier) if _end(place) >= time), earlier[-1] if earlier else None)


def _parent(index: int, call: Call, calls: Sequence[Call], served: _Served, lineage: Lineage) -> Place | None:
    return (
        _by_span(index, call, served, lineage)
        or (None if call.client is None else served.at(clock_of(call.client), start_of(call.client), index))
        or _by_peers(index, call, calls, served)
    )


def _by_span(index: int, call: Call, served: _Served, lineage: Lineage) -> Place | None:
    for report in call.reports:
        for ancestor in lineage.ancestors((report.trace_id, report.span_id)):
            place = served.by_span.get(ancestor)
            if place is not None and place.call != index:
                return place
    return None


def _by_peers(index: int, call: Call, calls: Sequence[Call], served: _Served) -> Place | None:
    """The call to the caller's workload that fits the time best."""
    report = call.reports[0]
    candidates: list[Place] = []
    if call.client is None:
        candidates += (
            place
            for place in served.by_service.get(report.source_service, ())
            if place.server is not None and comes_from(report, place.server)
        )
    candidates += (
        place for place in served.unseen(_names_of_caller(call)) if _may_lead_to(calls[place.call].client, call)
    )
    return _closest((place for place in candidates if place.call != index), calls, report)


def _names_of_caller(call: Call) -> tuple[str, ...]:
    """Under which a call to the caller can say where it goes."""
    if call.client is not None:
        return call.client.service, own_principal(call.client)
    return (call.servers[0].source_service,)


def _may_lead_to(client: AccessLog | None, call: Call) -> bool:
    if client is None:
        return False
    if call.client is not None:
        return leads_to(client, call.client)
    server = call.servers[0]
    return client.destination_service == server.source_service != "" and (
        client.destination_namespace in ("", server.source_namespace)
    )


def _closest(places: Iterable[Place], calls: Sequence[Call], report: AccessLog) -> Place | None:
    """The one that was running when the report's call began; else the one whose start is nearest."""
    time = start_of(report)

    def distance(place: Place) -> tuple[bool, int, int]:
        outer = place.server or calls[place.call].reports[0]
        inside = start_of(outer) <= time <= end_of(outer)
        return not inside, abs(time - start_of(outer)), place.call

    return min(places, key=distance, default=None)


def _cut_cycles(parents: list[Place | None]) -> None:
    """Make the first call of every cycle a root; calls are in order of time."""
    state = [0] * len(parents)
    for index in range(len(parents)):
        path = []
        current: int | None = index
        while current is not None and state[current] == 0:
            state[current] = 1
            path.append(current)
            place = parents[current]
            current = None if place is None else place.call
        if current is not None and state[current] == 1:
            parents[min(path[path.index(current) :])] = None
        for visited in path:
            state[visited] = 2


def _start(place: Place) -> int:
    return 0 if place.server is None else start_of(place.server)


def _end(place: Place) -> int:
    return 0 if place.server is None else end_of(place.server)
