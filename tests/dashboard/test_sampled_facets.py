"""What a sample says of all: its bounds hold the truth about as often as they say."""

import random

from dashboard.reads.sampled_facets import estimate, margin, says_enough
from storage.records.search import SampledCount


def sampled(counted: list[int], looked: list[int]) -> SampledCount:
    return SampledCount(0, "x", counted, 1, counted, looked)


def test_the_truth_is_within_the_bounds_about_95_times_of_100_also_where_rows_of_a_granule_are_alike() -> None:
    chance = random.Random(7)
    rows, within = 480 * 1_000, 0
    for _ in range(300):
        granules = [min(1_000, int(chance.expovariate(1 / 200))) for _ in range(480)]
        taken = chance.sample(granules, 40)
        counted = [sum(taken[group::8]) for group in range(8)]
        one = sampled(counted, [5_000] * 8)
        requests = estimate("path", [one], rows, lambda _field, _value: "").values[0].requests
        within += abs(requests - sum(granules)) <= margin(one, rows)
    assert 0.9 <= within / 300 <= 1


def test_all_rows_are_no_estimate() -> None:
    assert margin(sampled([10] * 8, [100] * 8), 800) == 0


def test_a_value_that_all_groups_have_alike_is_as_sure_as_independent_rows_make_it() -> None:
    assert 3_500 < margin(sampled([500] * 8, [1_000] * 8), 800_000) / 2.45 < 12_000


def test_groups_without_rows_and_a_single_one_do_not_count() -> None:
    assert margin(sampled([5, 0, 0, 0, 0, 0, 0, 0], [100, 0, 0, 0, 0, 0, 0, 0]), 1_000) > 0
    assert not says_enough([])
    assert not says_enough([sampled([100] * 8, [100] * 8)])
    assert says_enough([sampled([125] * 8, [200] * 8)])
