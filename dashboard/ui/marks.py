"""What happened to a service, or to the mesh, as marks on time axes."""

from collections.abc import Iterable

from dashboard.reads.happenings import Happening
from dashboard.ui.figures.annotations import Mark, within
from dashboard.ui.reads import HappeningReads
from meshhub.model import TimeRange
from topology.model import ServiceNode


def marks_of(happenings: HappeningReads, node: ServiceNode, window: TimeRange) -> tuple[Mark, ...]:
    """Versions of it that were new in the window, configuration put in force for it, and its alerts, by time."""
    births, applied = happenings.births(node, window), happenings.applied(window, node)
    return within(as_marks((*births, *applied, *happenings.crossings(node, window))), window)


def applied_marks(happenings: HappeningReads, window: TimeRange) -> tuple[Mark, ...]:
    """Configuration that was put in force in the window for any service, by time."""
    return as_marks(happenings.applied(window))


def as_marks(found: Iterable[Happening]) -> tuple[Mark, ...]:
    """In the order given."""
    return tuple(Mark(each.kind.value, each.time, each.text) for each in found)
