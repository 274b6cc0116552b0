"""Burn rates by value, as the SRE Workbook's chapter 5 has them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting.burn import Counts, Verdict, WindowCounts, burn_rate, judge
from alerting.specification.model import DEFAULT_BURN_RATES, BurnRate, LowTraffic

FAST, SLOW, TICKET = DEFAULT_BURN_RATES
BUDGET = 0.001
THIRTY_DAYS = timedelta(days=30)


def verdict(long: tuple[int, int], short: tuple[int, int], *, measured: tuple[bool, bool] = (True, True)) -> Verdict:
    """What the pair 1 h / 5 min at 14.4 says of these (total, bad) under an objective of 99.9 %."""
    over, lately = WindowCounts(Counts(*long), measured[0]), WindowCounts(Counts(*short), measured[1])
    return judge(FAST, over, lately, BUDGET, LowTraffic()).verdict


@pytest.mark.parametrize(
    ("total", "bad", "rate"),
    [(1000, 1, 1.0), (1000, 2, 2.0), (100_000, 1440, 14.4), (1000, 1000, 1000.0), (1000, 0, 0.0)],
)
def test_a_burn_rate_is_the_bad_share_over_the_budget(total: int, bad: int, rate: float) -> None:
    assert burn_rate(Counts(total, bad), BUDGET) == rate


def test_without_requests_there_is_no_burn_rate() -> None:
    assert burn_rate(Counts(), BUDGET) is None


@pytest.mark.parametrize(("rate", "share"), [(FAST, 0.02), (SLOW, 0.05), (TICKET, 0.1)])
def test_the_default_windows_spend_what_the_workbook_says(rate: BurnRate, share: float) -> None:
    assert rate.threshold * rate.long / THIRTY_DAYS == pytest.approx(share)


def test_at_the_threshold_it_burns_and_just_below_it_does_not() -> None:
    assert verdict((100_000, 1440), (10_000, 144)) is Verdict.BURNING
    assert verdict((100_000, 1439), (10_000, 144)) is Verdict.CALM
    assert verdict((100_000, 1440), (10_000, 143)) is Verdict.CALM


def test_a_burn_that_is_over_resolves_by_the_short_window() -> None:
    assert verdict((100_000, 5000), (10_000, 0)) is Verdict.CALM


@pytest.mark.parametrize(
    ("long", "expected"),
    [
        ((2, 1), Verdict.HELD_BACK),
        ((4, 4), Verdict.HELD_BACK),
        ((9, 9), Verdict.HELD_BACK),
        ((10, 4), Verdict.HELD_BACK),
        ((10, 5), Verdict.BURNING),
    ],
)
def test_one_failed_request_of_two_is_not_believed(long: tuple[int, int], expected: Verdict) -> None:
    assert verdict(long, long) is expected


def test_what_is_not_measured_is_neither_burning_nor_calm() -> None:
    assert verdict((100_000, 5000), (0, 0), measured=(True, False)) is Verdict.UNKNOWN
    assert verdict((100_000, 5000), (1000, 500), measured=(False, True)) is Verdict.UNKNOWN


def test_an_idle_service_in_a_measured_mesh_is_calm() -> None:
    assert verdict((100_000, 5000), (0, 0)) is Verdict.CALM


@given(
    total=st.integers(0, 10**12), bad_share=st.floats(0, 1), more=st.integers(0, 10**6), budget=st.floats(0.00001, 0.5)
)
def test_more_bad_requests_never_burn_less(total: int, bad_share: float, more: int, budget: float) -> None:
    bad = int(total * bad_share)
    worse = min(bad + more, total)
    before, after = burn_rate(Counts(total, bad), budget), burn_rate(Counts(total, worse), budget)
    assert (before is None) == (after is None) == (total == 0)
    assert before is None or after is None or before <= after <= round(1 / budget, 9)
