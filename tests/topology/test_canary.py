"""Versions side by side, by value."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshhub.testing.fake_services import bucket_of, counted
from topology.canary import Standing, compare_versions
from topology.slowness import chance_of_slowness
from topology.tally import Tally


@pytest.mark.parametrize(
    ("base", "canary", "standing", "reason"),
    [
        ((10_000, 0.005, 5e3), (500, 0.06, 5e3), Standing.WORSE, "More errors: 6.00% (30 of 500) against 0.50% of v1"),
        ((10_000, 0.06, 5e3), (500, 0.002, 5e3), Standing.BETTER, "Fewer errors: 0.20% (1 of 500)"),
        ((10_000, 0, 5e3), (500, 0, 9e3), Standing.WORSE, "Slower: p95 "),
        ((10_000, 0, 9e3), (500, 0, 5e3), Standing.BETTER, "Faster: p95 "),
        ((10_000, 0.01, 5e3), (500, 0.012, 5e3), Standing.SAME, "No difference from v1 that is more than chance"),
        ((10_000, 0, 5e3), (29, 0.9, 5e6), Standing.TOO_FEW, "29 requests are too few to compare with v1"),
        ((10_000, 0, 5e3), (500, 0.1, 2e3), Standing.WORSE, "More errors"),
    ],
)
def test_a_version_is_compared_by_counts_and_says_how_sure_it_is(
    base: tuple[int, float, float], canary: tuple[int, float, float], standing: Standing, reason: str
) -> None:
    found = compare_versions({"v1": counted(*base), "v2": counted(*canary)})
    assert (found["v1"].standing, found["v1"].reasons) == (Standing.BASE, ())
    assert found["v2"].standing is standing
    assert found["v2"].reasons[0].startswith(reason)


def test_what_is_better_in_one_way_and_worse_in_another_is_worse_and_says_both() -> None:
    found = compare_versions({"v1": counted(9_000, 0.05, 5e3), "v2": counted(900, 0, 20e3)})["v2"]
    assert found.standing is Standing.WORSE
    assert [reason.split(":")[0] for reason in found.reasons] == ["Fewer errors", "Slower"]


def test_no_versions_one_version_and_versions_without_traffic() -> None:
    assert compare_versions({}) == {}
    assert compare_versions({"": Tally()})[""].standing is Standing.BASE
    assert compare_versions({"v1": Tally(), "v2": Tally()})["v2"].standing is Standing.TOO_FEW


def test_slowness_is_a_probability_that_falls_with_the_number_of_requests() -> None:
    chance = random.Random(1)
    few, many = (
        tuple(Counter(bucket_of(chance.lognormvariate(mean, 0.5)) for _ in range(size)) for mean in (9.0, 9.3))
        for size in (20, 400)
    )
    assert chance_of_slowness(few[1], few[0]) > chance_of_slowness(many[1], many[0])
    assert chance_of_slowness(many[0], many[1]) > 0.9
    assert chance_of_slowness({}, many[0]) == chance_of_slowness({5: 3}, {5: 9}) == 1.0


@given(
    one=st.dictionaries(st.integers(0, 900), st.integers(1, 10**9), max_size=20),
    other=st.dictionaries(st.integers(0, 900), st.integers(1, 10**9), max_size=20),
)
def test_slowness_is_between_0_and_1_for_any_counts(one: dict[int, int], other: dict[int, int]) -> None:
    assert 0 <= chance_of_slowness(one, other) <= 1
