"""Error budgets: how much of what may fail has failed, and when the rest will be gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerting.burn import Counts, burn_rate
from alerting.specification.model import Calendar, Rolling
from alerting.windows import budget_end, budget_length, budget_start


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was measured of the time since a budget began, in minutes that add up to it.

    `busy`: the SLO's requests were counted. `idle`: others sent, it had no requests. `silent`: the hub was there and
    nobody sent anything. `away`: the hub was not there, or what is older than all it has. Only the first two are
    measured.
    """

    busy: int = 0
    idle: int = 0
    silent: int = 0
    away: int = 0

    @property
    def share(self) -> float | None:
        """The measured part, from 0 to 1; None where there is no time yet."""
        minutes = self.busy + self.idle + self.silent + self.away
        return (self.busy + self.idle) / minutes if minutes else None


@dataclass(frozen=True, slots=True)
class Budget:
    """The error budget in force now. It is counted in requests: unmeasured time is neither good nor bad."""

    start: datetime
    end: datetime | None
    """None for a rolling window, which has no end."""
    length: timedelta
    counts: Counts
    allowed: float
    """Requests that may be bad, of those there were."""
    remaining: float | None
    """The share that is left: 1 untouched, 0 spent, below 0 overspent; None without requests."""


def budget_of(window: Rolling | Calendar, share: float, counts: Counts, now: datetime) -> Budget:
    """The budget now.

    Args:
        window: what it is a budget of.
        share: the share of requests that may be bad.
        counts: the requests since it began.
        now: in UTC.
    """
    spent = burn_rate(counts, share)
    return Budget(
        start=budget_start(window, now),
        end=budget_end(window, now),
        length=budget_length(window, now),
        counts=counts,
        allowed=round(counts.total * share, 9),
        remaining=None if spent is None else round(1 - spent, 9),
    )


def exhaustion(budget: Budget, rate: float | None, now: datetime) -> timedelta | None:
    """How long the rest of the budget lasts at this burn rate, with traffic as it was; zero where it is spent.

    None where it lasts: nothing burns, nothing was measured, or the period ends before.
    """
    if budget.remaining is None or not rate:
        return None
    if budget.remaining <= 0:
        return timedelta(0)
    # Much longer than any window is for ever; a tiny rate would not fit a timedelta.
    seconds = min(budget.remaining * budget.length.total_seconds() / rate, 1e9)
    left = timedelta(seconds=seconds)
    ends_before = budget.end is not None and now + left >= budget.end
    # A rolling budget gets back what leaves the window: at a rate of 1 or less it lasts.
    lasts = budget.end is None and rate <= 1
    return None if ends_before or lasts else left
