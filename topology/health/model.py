"""How well an edge or a service does: a state that can be shown by colour, shape and word, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from meshhub.model import TimeRange
from topology.model import Note


class Health(StrEnum):
    """A state. Best to worst, then the two that are no judgement."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    FAILING = "failing"
    IDLE = "idle"
    NOT_MEASURED = "not-measured"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state and why, the weightiest reason first: at least one, each with a stable code and a text for people.

    Codes: `errors-now`, `retries-now` and `latency-now` (the newest seconds are worse than what was before them),
    `error-share`, `retries` and `latency` (a tolerance is exceeded, by "5xx 12 % ≥ 10 %"), `errors-rose` and
    `latency-rose` (worse than the time before), `within-tolerances`, `too-few-requests`, `idle`, `not-measured`.
    """

    health: Health
    reasons: tuple[Note, ...]

    @property
    def reason(self) -> str:
        """All reasons in one text."""
        return "; ".join(note.text for note in self.reasons)


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The verdict on every edge and node of a graph, by id.

    `baseline` is the time that they were compared with, as far as it was measured; None where nothing was.
    """

    window: TimeRange
    baseline: TimeRange | None
    edges: Mapping[str, Verdict]
    nodes: Mapping[str, Verdict]
