"""Corrects the clocks of a journey, so that no call starts before the one that caused it.

Every instance has a clock of its own. The first caller's is taken as right. What one side saw of a call must lie within
what the other saw, and a call must start while the one that caused it was served: each such pair bounds how far the
inner clock may be off. A clock that can be right as it is stays so; another is moved to the middle of its bounds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from storage.records.access_logs import AccessLog
from traces.ancestry import Place
from traces.calls import MICROSECOND, Call, Clock, clock_of, end_of, start_of


@dataclass(frozen=True, slots=True)
class _Bound:
    """The `inner` report starts, and unless it outlasts the outer one ends, within the `outer` one."""

    outer: AccessLog
    inner: AccessLog

    def allowed(self, outer_correction: int) -> tuple[int, int]:
        """The smallest and the largest correction of the inner clock, in nanoseconds.

        Reported durations are whole microseconds, so each is a microsecond wider than they say.
        """
        opened = start_of(self.outer) + outer_correction
        closed = end_of(self.outer) + outer_correction
        queued = self.outer.upstream_queue_us if self.outer.request_attempts <= 1 else 0
        first = opened + queued * MICROSECOND - start_of(self.inner)
        last = closed - end_of(self.inner)
        if last >= first - 2 * MICROSECOND:
            return first - MICROSECOND, last + MICROSECOND
        return opened - start_of(self.inner), max(closed, opened) - start_of(self.inner)


def correct_clocks(calls: Sequence[Call], parents: Sequence[Place | None]) -> Mapping[Clock, int]:
    """What to add to each clock, in nanoseconds. Calls are in order of time."""
    bounds = _bounds_by_clock(calls, parents)
    corrections: dict[Clock, int] = {}
    for index in _top_down(parents):
        for report in calls[index].reports:
            clock = clock_of(report)
            if clock not in corrections:
                corrections[clock] = _choose(bounds[clock], corrections)
    return corrections


def _bounds_by_clock(calls: Sequence[Call], parents: Sequence[Place | None]) -> Mapping[Clock, list[_Bound]]:
    bounds: dict[Clock, list[_Bound]] = defaultdict(list)
    for call, place in zip(calls, parents, strict=True):
        pairs = [_Bound(call.client, server) for server in call.servers] if call.client is not None else []
        if place is not None:
            pairs.append(_Bound(place.server or calls[place.call].reports[0], call.reports[0]))
        for bound in pairs:
            bounds[clock_of(bound.inner)].append(bound)
    return bounds


def _choose(bounds: Iterable[_Bound], corrections: Mapping[Clock, int]) -> int:
    """Within as many bounds from clocks already corrected as agree, in their order."""
    smallest: int | None = None
    largest: int | None = None
    for bound in bounds:
        correction = corrections.get(clock_of(bound.outer))
        if correction is None:
            continue
        low, high = bound.allowed(correction)
        low = low if smallest is None else max(low, smallest)
        high = high if largest is None else min(high, largest)
        if low <= high:
            smallest, largest = low, high
    if smallest is None or largest is None or smallest <= 0 <= largest:
        return 0
    return (smallest + largest) // 2


def _top_down(parents: Sequence[Place | None]) -> Iterable[int]:
    """Every index, parents before children."""
    children: dict[int, list[int]] = defaultdict(list)
    level = []
    for index, place in enumerate(parents):
        if place is None:
            level.append(index)
        else:
            children[place.call].append(index)
    while level:
        yield from level
        level = [child for index in level for child in children[index]]
