"""Error budgets and the windows they are of, by value."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting.budget import budget_of, exhaustion
from alerting.burn import Counts
from alerting.specification.model import Calendar, Period, Rolling
from alerting.windows import FINE, HOUR, MINUTE, budget_end, budget_length, budget_start, rolling, step_of

NOW = datetime(2026, 3, 30, 10, 0, tzinfo=UTC)
MONTH = Calendar(Period.MONTH, "Europe/Berlin")


def test_what_is_left_is_what_may_still_fail() -> None:
    budget = budget_of(Rolling(), 0.001, Counts(1_000_000, 250), NOW)
    assert (budget.allowed, budget.remaining) == (1000, 0.75)


def test_a_budget_can_be_overspent() -> None:
    assert budget_of(Rolling(), 0.001, Counts(1000, 3), NOW).remaining == -2


def test_without_requests_nothing_is_known_of_it() -> None:
    budget = budget_of(Rolling(), 0.001, Counts(), NOW)
    assert budget.remaining is None
    assert exhaustion(budget, 10, NOW) is None


@pytest.mark.parametrize(
    ("bad", "rate", "hours"),
    [
        (0, 1000.0, 0.72),  # the workbook: with everything failing a 99.9 % budget is gone in 43 minutes
        (0, 14.4, 50.0),
        (0, 2.0, 360.0),
        (500, 36.0, 10.0),
        (1000, 36.0, 0.0),
        (5000, 36.0, 0.0),
    ],
)
def test_a_budget_is_gone_when_the_rest_of_it_is_burned(bad: int, rate: float, hours: float) -> None:
    left = exhaustion(budget_of(Rolling(), 0.001, Counts(1_000_000, bad), NOW), rate, NOW)
    assert left is not None
    assert left / timedelta(hours=1) == pytest.approx(hours)


@pytest.mark.parametrize("rate", [None, 0.0, 0.5, 1.0])
def test_a_rolling_budget_lasts_at_the_allowed_rate(rate: float | None) -> None:
    assert exhaustion(budget_of(Rolling(), 0.001, Counts(1_000_000, 10), NOW), rate, NOW) is None


def test_a_period_that_ends_before_keeps_its_budget() -> None:
    budget = budget_of(MONTH, 0.001, Counts(1_000_000, 0), NOW)
    assert exhaustion(budget, 10, NOW) is None
    assert exhaustion(budget, 1000, NOW) is not None


def test_a_month_is_that_of_its_zone_also_over_a_change_of_the_clocks() -> None:
    assert budget_start(MONTH, NOW) == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert budget_end(MONTH, NOW) == datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert budget_length(MONTH, NOW) == timedelta(days=31) - timedelta(hours=1)


def test_weeks_begin_on_monday_and_days_at_midnight() -> None:
    sunday = datetime(2026, 3, 1, 12, tzinfo=UTC)
    week, day = Calendar(Period.WEEK), Calendar(Period.DAY)
    assert budget_start(week, sunday) == datetime(2026, 2, 23, tzinfo=UTC)
    assert budget_end(week, sunday) == datetime(2026, 3, 2, tzinfo=UTC)
    assert budget_start(day, sunday) == datetime(2026, 3, 1, tzinfo=UTC)
    assert budget_end(day, sunday) == datetime(2026, 3, 2, tzinfo=UTC)


@given(seconds=st.integers(10**9, 4 * 10**9), period=st.sampled_from(list(Period)))
def test_every_moment_is_in_its_period(seconds: int, period: Period) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    window = Calendar(period, "America/New_York")
    end = budget_end(window, now)
    assert end is not None
    assert budget_start(window, now) <= now < end


@pytest.mark.parametrize(
    ("length", "step"),
    [
        (timedelta(seconds=10), FINE),
        (timedelta(minutes=4, seconds=59), FINE),
        (timedelta(minutes=5), MINUTE),
        (timedelta(hours=6), MINUTE),
        (timedelta(days=3), HOUR),
    ],
)
def test_a_window_is_counted_in_steps_that_fit(length: timedelta, step: int) -> None:
    assert step_of(length) == step


@given(seconds=st.integers(5, 45 * 86_400), now=st.floats(0, 4e9))
def test_a_window_is_never_shorter_than_it_says_and_not_a_step_longer(seconds: int, now: float) -> None:
    span = rolling(timedelta(seconds=seconds), now)
    covered = now - span.first * span.step
    assert seconds <= covered + 1e-6
    assert covered < seconds + 2 * span.step
    assert span.last * span.step <= now
