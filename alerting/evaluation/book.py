"""What was counted, for every SLO and for the mesh as a whole. All of it can be read again from the store."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from alerting.burn import Counts, WindowCounts
from alerting.evaluation.ring import Ring
from alerting.specification.model import Slo
from alerting.windows import FINE, FINE_BELOW, HOUR, MINUTE, MINUTES_UP_TO, Span, step_of

SPARE_STEPS = 10
CAPACITIES = {
    FINE: int(FINE_BELOW.total_seconds()) // FINE + SPARE_STEPS * 12,
    MINUTE: int(MINUTES_UP_TO.total_seconds()) // MINUTE + 60 + SPARE_STEPS,
    HOUR: 46 * 24 + SPARE_STEPS,
}
"""Steps that are kept: the longest window of each kind, and what is read again for late data. Minutes reach an hour
further, so that every hour that changes can be made of its minutes."""

Rows = Iterable[tuple[int, int, int]]
"""(step, total, bad)."""


class Track:
    """The counts of one SLO in every step that it needs. `busy` has the minutes with requests, per hour."""

    __slots__ = ("busy", "rings")

    def __init__(self, *, fine: bool) -> None:
        self.rings = {step: Ring(CAPACITIES[step]) for step in (FINE, MINUTE, HOUR) if fine or step != FINE}
        self.busy = Ring(CAPACITIES[HOUR])


@dataclass(slots=True)
class Book:
    """Counts of some SLOs. Not thread-safe.

    `read` says, per step, since when counts were read (a step's number): what is before it is unknown, not zero.
    """

    slos: Sequence[Slo]
    tracks: list[Track] = field(init=False)
    arrivals: Track = field(init=False)
    """When anybody's requests were seen: total is the number of minutes (or fine steps) with any."""
    heartbeats: Track = field(init=False)
    """When the hub itself was there."""
    read: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.tracks = [Track(fine=needs_fine(slo)) for slo in self.slos]
        self.arrivals = Track(fine=True)
        self.heartbeats = Track(fine=False)
        self.read = {}

    @property
    def fine(self) -> list[int]:
        """The numbers of the SLOs that have windows in fine steps."""
        return [number for number, slo in enumerate(self.slos) if needs_fine(slo)]

    def window(self, number: int, span: Span) -> WindowCounts:
        """What an SLO's window has."""
        total, bad = self.tracks[number].rings[span.step].sum(span.first, span.last)
        arrived = self.arrivals.rings[span.step].sum(span.first, span.last)[0] > 0
        wholly_read = span.step in self.read and self.read[span.step] <= span.first
        return WindowCounts(Counts(total, bad), arrived and wholly_read)

    def take(self, track: Track, step: int, first: int, end: int, rows: Mapping[int, tuple[int, int, int]]) -> None:
        """Take what was counted in the steps [first, end): per step number total, bad and busy parts."""
        track.rings[step].replace(first, end, ((at, total, bad) for at, (total, bad, _) in rows.items()))
        if step == HOUR:
            track.busy.replace(first, end, ((at, busy, 0) for at, (_, _, busy) in rows.items()))

    def mark_read(self, step: int, first: int) -> None:
        """Counts in this step are there from `first` on."""
        self.read[step] = min(first, self.read.get(step, first))


def needs_fine(slo: Slo) -> bool:
    """Whether an SLO has windows too short for minutes."""
    return any(step_of(length) == FINE for rate in slo.burn_rates for length in (rate.long, rate.short))
