"""What an evaluation says: how every SLO stands at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from alerting.budget import Budget, Coverage
from alerting.burn import BurnState, Verdict
from alerting.specification.model import Slo, Specifications


@dataclass(frozen=True, slots=True)
class SloState:
    """How one SLO stands."""

    slo: Slo
    burns: tuple[BurnState, ...]
    """In the order of the SLO's burn rates."""
    budget: Budget
    coverage: Coverage
    exhausted_in: timedelta | None
    """How long the budget lasts at the rate of the fastest pair that has one; None where it lasts."""
    complete: bool
    """Whether all of the budget's window was read: just after a start it is not yet."""

    @property
    def burning(self) -> tuple[BurnState, ...]:
        return tuple(burn for burn in self.burns if burn.verdict is Verdict.BURNING)

    @property
    def rate(self) -> float | None:
        """The burn rate that stands for the SLO: the one of its first pair's long window."""
        return self.burns[0].long_rate if self.burns else None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One cycle. `states` are by name; `at` is the hub's time, None before the first cycle.

    `trouble` says why something could not be done (the store, the specifications), and is empty where all is well: the
    states are then those that were found last.
    """

    at: datetime | None = None
    states: Mapping[str, SloState] = field(default_factory=dict)
    specifications: Specifications = field(default_factory=Specifications)
    trouble: str = ""


class Listener(Protocol):
    """Is told of every cycle that has an answer, in order, on the thread of the evaluation.

    An SLO that is not in `states` any more is not promised any more. What a pair whose verdict is UNKNOWN said before
    still stands. It must not block for long, and what it raises is logged and changes nothing.
    """

    def evaluated(self, evaluation: Evaluation) -> None: ...
