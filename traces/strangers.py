"""Where a journey may go on that ids have lost: what its instances called, or served, at the same time under other ids.

That is a guess, and how certain it is depends on how much else the instance did at that moment. A call made while
nothing else was served is joined to the journey; of several that may have caused it, none is chosen.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from meshhub.model import WorkloadIdentity
from meshhub.quantities import plural
from storage.records.journeys import StrangeCall
from traces.calls import MICROSECOND
from traces.finders.propagation import REQUEST_ID_FIX
from traces.model import ContextBreak, Hop, Journey, ProxyReport
from traces.party_words import short_id, workload_name

FoundT = TypeVar("FoundT")

Window = tuple[str, int, int]
"""An instance, and the first and last nanosecond by its own clock."""

Moment = tuple[str, int]

ALONE = 0.9
"""How certain it is that a call was made for the only request that was served: it may be background work."""

MAX_WINDOWS = 50
MAX_JOINED = 10
NAMED = 3
SPREAD_NANOSECONDS = 600_000_000_000
LONGEST = 60_000_000
"""Microseconds that an instance is looked at from the start of what it served."""


def served_windows(journey: Journey) -> list[Window]:
    """When instances served the requests of a journey. Gateways are left out: requests begin there."""
    found = [
        (report.instance, report.time_unix_nano, report.time_unix_nano + min(report.duration_us, LONGEST) * MICROSECOND)
        for hop in journey.hops
        for report in (attempt.server for attempt in hop.attempts)
        if report is not None and _is_looked_at(hop, report)
    ]
    return _near(found, lambda window: window[1])


def root_moments(journey: Journey) -> list[Moment]:
    """When instances made the calls of a journey of which no cause is known."""
    found = [
        (hop.client.instance, hop.client.time_unix_nano)
        for hop in journey.hops
        if not hop.parent and hop.client is not None and _is_looked_at(hop, hop.client)
    ]
    return _near(found, lambda moment: moment[1])


def guess_calls(calls: Iterable[StrangeCall]) -> dict[str, float]:
    """The request ids of strange calls that were made while nothing else was served, with how certain that is."""
    found = {call.request_id: ALONE for call in calls if call.candidates == 1}
    return dict(list(found.items())[:MAX_JOINED])


def guess_causes(served: Sequence[StrangeCall]) -> dict[str, float]:
    """The request ids that must have caused a call, as its instance served nothing else at that moment."""
    by_instance: dict[str, set[str]] = defaultdict(set)
    for each in served:
        by_instance[each.instance].add(each.request_id)
    return {ids.pop(): ALONE for ids in by_instance.values() if len(ids) == 1}


def suspect(journey: Journey, calls: Sequence[StrangeCall]) -> tuple[ContextBreak, ...]:
    """The services that lost request ids, this one's or another's, where it cannot be told which call was whose."""
    workloads = {
        report.instance: report.workload
        for hop in journey.hops
        for report in (attempt.server for attempt in hop.attempts)
        if report is not None
    }
    by_instance: dict[str, list[StrangeCall]] = defaultdict(list)
    for call in calls:
        if call.candidates > 1 and call.instance in workloads:
            by_instance[call.instance].append(call)
    return tuple(_suspicion(workloads[name], name, found) for name, found in by_instance.items())


def _suspicion(workload: WorkloadIdentity, instance: str, calls: Sequence[StrangeCall]) -> ContextBreak:
    name, most = workload_name(workload), max(call.candidates for call in calls)
    examples = ", ".join(dict.fromkeys(short_id(call.request_id) for call in calls[:NAMED]))
    text = (
        f"{name} seems to lose the request id: while {instance} served this request it made "
        f"{plural(len(calls), 'call')} with ids that no request it served had ({examples}). It served up to {most} "
        "requests at a time, so it is not known which call was made for this one: the path ends there."
    )
    return ContextBreak(workload, "request-id", "", ALONE / most, text, REQUEST_ID_FIX)


def _near(found: Sequence[FoundT], time_of: Callable[[FoundT], int]) -> list[FoundT]:
    """The first of them, and of those what lies within a few minutes: an id may be used again hours later."""
    first = min(map(time_of, found), default=0)
    return [each for each in dict.fromkeys(found) if time_of(each) <= first + SPREAD_NANOSECONDS][:MAX_WINDOWS]


def _is_looked_at(hop: Hop, report: ProxyReport) -> bool:
    return hop.transport != "tcp" and report.role != "gateway" and report.instance != "" and report.request_id != ""
