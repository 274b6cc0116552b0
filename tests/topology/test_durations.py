"""Quantiles of counted durations, against the durations themselves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshhub.testing.engine import rows
from meshhub.testing.fake_services import bucket_of
from storage.client import Store
from topology.durations import bucket_start, latency, quantiles

DURATIONS = st.lists(st.integers(0, 10**10), min_size=1, max_size=200)
SHARES = st.sampled_from([0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0])


def counted(durations: list[int]) -> dict[int, int]:
    buckets: dict[int, int] = {}
    for each in durations:
        buckets[bucket_of(each)] = buckets.get(bucket_of(each), 0) + 1
    return buckets


@given(durations=DURATIONS, share=SHARES)
def test_a_quantile_is_within_five_percent_of_the_request_of_its_rank(durations: list[int], share: float) -> None:
    exact = sorted(durations)[max(1, math.ceil(share * len(durations) - 1e-9)) - 1]
    [found] = quantiles(counted(durations), (share,))
    assert abs(found - exact) <= 0.05 * exact


@given(duration=st.integers(0, 2**63 - 1))
def test_a_duration_lies_in_its_bucket(duration: int) -> None:
    bucket = bucket_of(duration)
    assert bucket_start(bucket) <= duration < bucket_start(bucket + 1)


def test_buckets_start_where_the_engine_has_them_start(embedded_store: Store) -> None:
    found = rows(embedded_store, "SELECT number, meshhub_duration_bucket_start(toUInt16(number)) FROM numbers(1400)")
    assert [(number, bucket_start(number)) for number, _ in found] == found


def test_latency_has_the_exact_mean_and_is_absent_without_durations() -> None:
    found = latency({190: 2, 200: 1}, 4_100)
    assert found is not None
    assert (found.p50, found.p99) == (1_050, 2_050)
    assert found.mean == pytest.approx(4_100 / 3)
    assert latency({}, 0) is None
    assert latency({0: 7}, 0) is None, "TCP: nobody measured"


def test_no_requests_have_no_quantiles() -> None:
    with pytest.raises(ValueError, match="no requests"):
        quantiles({190: 0}, (0.5,))
