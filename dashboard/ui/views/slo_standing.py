"""How an SLO stands by colour, shape and word, and which comes first."""

from datetime import timedelta
from enum import IntEnum

from alerting.burn import Verdict
from alerting.evaluation.service import verdict_of
from alerting.evaluation.state import SloState
from dashboard.ui.theme import MARKS
from topology.health.model import Health

PAGING = frozenset({"page", "critical"})
"""Severities that wake somebody up."""


class Standing(IntEnum):
    """The worst first."""

    BURNING = 0
    BURNING_SLOWLY = 1
    SPENT = 2
    HELD_BACK = 3
    UNKNOWN = 4
    KEPT = 5

    @property
    def health(self) -> Health:
        return _LOOKS[self][0]

    @property
    def word(self) -> str:
        return _LOOKS[self][1]

    @property
    def glyph(self) -> str:
        return MARKS[self.health].glyph


_LOOKS = {
    Standing.BURNING: (Health.FAILING, "burning"),
    Standing.BURNING_SLOWLY: (Health.DEGRADED, "burning slowly"),
    Standing.SPENT: (Health.DEGRADED, "budget spent"),
    Standing.HELD_BACK: (Health.DEGRADED, "too few to alert"),
    Standing.UNKNOWN: (Health.NOT_MEASURED, "not measured"),
    Standing.KEPT: (Health.HEALTHY, "kept"),
}
_STANDINGS = {Verdict.HELD_BACK: Standing.HELD_BACK, Verdict.UNKNOWN: Standing.UNKNOWN}

VERDICTS = {
    Verdict.BURNING: (Health.FAILING, "burning"),
    Verdict.HELD_BACK: (Health.DEGRADED, "too few to alert"),
    Verdict.UNKNOWN: (Health.NOT_MEASURED, "not measured"),
    Verdict.CALM: (Health.HEALTHY, "calm"),
}
"""How one pair of windows looks and reads."""


def standing(state: SloState) -> Standing:
    """How an SLO stands. It burns slowly where no severity that burns wakes anybody up."""
    verdict = verdict_of(state)
    if verdict is Verdict.BURNING:
        fast = any(burn.rate.severity in PAGING for burn in state.burning)
        return Standing.BURNING if fast else Standing.BURNING_SLOWLY
    if verdict is Verdict.CALM and state.budget.remaining is not None and state.budget.remaining <= 0:
        return Standing.SPENT
    return _STANDINGS.get(verdict, Standing.KEPT)


def worst_first(state: SloState) -> tuple[Standing, float, str]:
    """What to sort by: standing, then what is left of the budget, then the name."""
    left = state.budget.remaining
    return standing(state), 2.0 if left is None else left, state.slo.name


def by_length(state: SloState) -> list[tuple[timedelta, float | None]]:
    """The burn rate of every window, the longest first: what rises towards the end gets worse."""
    rates: dict[timedelta, float | None] = {}
    for burn in state.burns:
        rates.setdefault(burn.rate.long, burn.long_rate)
        rates.setdefault(burn.rate.short, burn.short_rate)
    return sorted(rates.items(), reverse=True)
