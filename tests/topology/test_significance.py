"""How sure it is that two windows differ, against published values and by properties."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topology.significance import MAX_EXACT_TERMS, LatencyRule, chance_of_tail, p_value, wilson

COUNTS = st.tuples(st.integers(0, 5_000), st.integers(0, 5_000)).map(lambda pair: (min(pair), max(pair)))


def test_one_of_three_says_nothing_and_a_hundred_of_three_hundred_much() -> None:
    few, many = p_value(0, 300, 1, 3), p_value(0, 300, 100, 300)
    assert few is not None
    assert many is not None
    assert 0.005 < few < 0.02, "not below the 0.001 that the settings want"
    assert many < 1e-20


def test_fishers_tea_lady() -> None:
    """Fisher, The Design of Experiments: 3 of 4 right against 1 of 4 is p = 0.486, two-sided."""
    assert p_value(3, 4, 1, 4) == pytest.approx(0.4857, abs=1e-4)


def test_the_z_test_is_that_of_the_textbook() -> None:
    """60 of 200 against 90 of 200, pooled and corrected: z = 3.0 (chi square 9.01 with Yates)."""
    assert p_value(60, 200, 90, 200) == pytest.approx(0.00256, abs=5e-4)


def test_nothing_can_be_said_without_requests_and_nothing_happened_is_no_change() -> None:
    assert p_value(0, 0, 1, 3) is None
    assert p_value(0, 100, 0, 50) == 1.0
    assert p_value(100, 100, 50, 50) == 1.0


@pytest.mark.parametrize("counts", [(-1, 3, 0, 3), (4, 3, 0, 3), (0, 3, 4, 3)])
def test_impossible_counts_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="more than its total"):
        p_value(*counts)


@settings(deadline=None)
@given(COUNTS, COUNTS)
def test_it_is_a_probability_that_does_not_depend_on_the_order(one: tuple[int, int], other: tuple[int, int]) -> None:
    forth, back = p_value(*one, *other), p_value(*other, *one)
    if not one[1] or not other[1]:
        assert forth is back is None
    else:
        assert forth is not None
        assert 0 <= forth <= 1
        assert forth == pytest.approx(back, abs=1e-9)


@settings(deadline=None)
@given(st.integers(1, 400), st.integers(1, 400))
def test_equal_shares_never_differ(count: int, rest: int) -> None:
    same = p_value(count, count + rest, count * 2, (count + rest) * 2)
    assert same is not None
    assert same > 0.05


def test_wilsons_interval_is_that_of_the_literature() -> None:
    """Newcombe 1998, table I: 81 of 263 is 0.2553 to 0.3662; 0 of 20 is 0 to 0.1611."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


@settings(deadline=None)
@given(COUNTS)
def test_the_interval_holds_the_share(counts: tuple[int, int]) -> None:
    count, total = counts
    low, high = wilson(count, total)
    assert 0 <= low <= high <= 1
    if total:
        assert low <= count / total <= high


@pytest.mark.parametrize(
    ("quantile", "before", "after", "requests", "differs"),
    [
        pytest.param("p99", 100_000, 200_000, 1_000, True, id="ten requests beyond p99"),
        pytest.param("p99", 100_000, 200_000, 999, False, id="fewer"),
        pytest.param("p95", 100_000, 200_000, 200, True, id="ten requests beyond p95"),
        pytest.param("p95", 100_000, 149_000, 10_000, False, id="not by half"),
        pytest.param("p95", 1_000, 4_000, 10_000, False, id="three milliseconds"),
        pytest.param("p95", 200_000, 100_000, 200, True, id="faster"),
    ],
)
def test_latency_differs_by_size_and_sample(
    quantile: str, before: float, after: float, requests: int, differs: bool
) -> None:
    assert LatencyRule().differs(quantile, before, requests, after, 5_000) is differs
    assert LatencyRule().differs(quantile, before, 5_000, after, requests) is differs


def test_the_chance_of_a_tail_is_the_binomial_one() -> None:
    assert chance_of_tail(10, 10, 0.5) == pytest.approx(1 / 1024)
    assert chance_of_tail(20, 10, 0.1) == pytest.approx(7.15e-6, rel=0.01)
    assert chance_of_tail(20, 0, 0.1) == 1.0


def test_a_large_sample_is_as_likely_as_one_that_is_counted_out() -> None:
    counted, estimated = (
        chance_of_tail(size, round(size * 0.11), 0.1) for size in (MAX_EXACT_TERMS, MAX_EXACT_TERMS + 1)
    )
    assert counted == pytest.approx(estimated, rel=0.1)
