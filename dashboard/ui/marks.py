"""What happened to a service, as marks on its time axes."""

from collections.abc import Iterable

from dashboard.reads.happenings import Happening
from dashboard.ui.figures.annotations import Mark, within
from dashboard.ui.reads import HappeningReads
from meshhub.model import TimeRange
from topology.model import ServiceNode


def marks_of(happenings: HappeningReads, node: ServiceNode, window: TimeRange) -> tuple[Mark, ...]:
    """Versions of it that were new in the window, and its alerts, by time."""
    found = (*happenings.births(node, window), *happenings.crossings(node, window))
    return within(as_marks(found), window)


def as_marks(found: Iterable[Happening]) -> tuple[Mark, ...]:
    """In the order given."""
    return tuple(Mark(each.kind.value, each.time, each.text) for each in found)
