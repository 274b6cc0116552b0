"""Which instances are off, by value."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshhub.testing.fake_services import counted
from topology.outliers import LEAST_REQUESTS, find_outliers
from topology.tally import Tally


def codes(instances: Mapping[str, Tally]) -> dict[str, list[str]]:
    return {name: [outlier.code for outlier in found] for name, found in find_outliers(instances).items()}


def test_the_one_that_fails_is_marked_with_its_numbers_and_the_others() -> None:
    found = find_outliers({"a": counted(1000, 0.08, 5e3), "b": counted(1000, 0.002, 5e3), "c": counted(900, 0, 5e3)})
    assert list(found) == ["a"]
    assert found["a"][0].text == (
        "8.00% of its requests failed (80 of 1,000), against 0.11% at the 2 others (2 of 1,900); chance alone would do "
        "this in less than 1 of 1,000,000,000 windows."
    )


def test_the_slow_one_is_marked_though_many_instances_differ_a_little() -> None:
    instances = {f"pod-{index}": counted(500, 0, 5_000 + 100 * index) for index in range(8)}
    assert codes(instances | {"slow": counted(500, 0, 20_000)}) == {"slow": ["latency"]}
    text = find_outliers(instances | {"slow": counted(500, 0, 20_000)})["slow"][0].text
    assert "the median of the 8 others" in text
    assert "robust standard deviations" in text


def test_two_instances_are_compared_with_each_other() -> None:
    found = find_outliers({"a": counted(500, 0, 5e3), "b": counted(500, 0, 50e3)})
    assert list(found) == ["b"]
    assert "of the other one" in found["b"][0].text


@pytest.mark.parametrize(
    "instances",
    [
        pytest.param({}, id="none"),
        pytest.param({"only": counted(10_000, 0.9, 1e6)}, id="one has nothing to be compared with"),
        pytest.param({"a": counted(1000, 0, 5e3), "b": counted(LEAST_REQUESTS - 1, 0.9, 1e6)}, id="too few requests"),
        pytest.param({"a": counted(40, 0.025, 5e3), "b": counted(1000, 0, 5e3)}, id="one failure may be chance"),
        pytest.param({"a": counted(10**6, 0.011, 5e3), "b": counted(10**6, 0.009, 5e3)}, id="sure, but too small"),
        pytest.param({"a": counted(500, 0.1, 5e3), "b": counted(500, 0.1, 6e3)}, id="all alike"),
        pytest.param({"a": Tally(500), "b": counted(500, 0, 5e3)}, id="durations of one are not known"),
        pytest.param({name: counted(500, 0.5, 0) for name in "abc"}, id="TCP without durations"),
    ],
)
def test_nothing_is_marked_without_evidence(instances: Mapping[str, Tally]) -> None:
    assert find_outliers(instances) == {}


@given(
    instances=st.dictionaries(
        st.text(max_size=5),
        st.builds(counted, st.integers(0, 10**6), st.floats(0, 1), st.floats(0, 10**9)),
        max_size=12,
    )
)
def test_any_instances_can_be_compared_and_never_do_most_stand_out_by_errors(instances: dict[str, Tally]) -> None:
    found = codes(instances)
    assert set(found) <= set(instances)
    assert all(found.values())
