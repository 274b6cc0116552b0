"""What differs between a selection and the rest, and how likely that is by chance."""

from hypothesis import given
from hypothesis import strategies as st

from storage.records.search import AttributeCount, LogsOfRequest, SpansOfTrace
from traces.difference import compare
from traces.search import merge


def test_the_largest_significant_difference_comes_first() -> None:
    counts = [
        AttributeCount("version", "v2", 90, 100, 3),
        AttributeCount("tier", "free", 52, 500, 3),
        AttributeCount("service", "cart", 100, 1_000, 3),
    ]
    found = compare(counts, 100, 1_000, sampled=True)
    assert [(one.key, one.significant) for one in found.attributes] == [("version", True), ("tier", False)]
    assert found.attributes[0].lift == 9.0
    assert (found.selected, found.rest, found.sampled) == (100, 1_000, True)


def test_a_few_requests_prove_nothing() -> None:
    found = compare([AttributeCount("version", "v2", 1, 0, 500)], 1, 1, sampled=False)
    assert not found.attributes[0].significant
    assert found.attributes[0].lift is None


def test_there_is_nothing_to_compare_without_both_sides() -> None:
    some = [AttributeCount("a", "b", 1, 0, 1)]
    assert compare(some, 1, 0, sampled=False).attributes == ()
    assert compare(some, 0, 1, sampled=False).attributes == ()


@given(st.integers(1, 1_000), st.integers(1, 1_000), st.data())
def test_shares_and_chances_lie_between_none_and_all(selected: int, rest: int, data: st.DataObject) -> None:
    some, others = data.draw(st.integers(0, selected)), data.draw(st.integers(0, rest))
    for one in compare([AttributeCount("k", "v", some, others, 7)], selected, rest, sampled=False).attributes:
        assert 0 <= one.selected_share <= 1
        assert 0 <= one.rest_share <= 1
        assert 0 <= one.p_value <= 1


def trace(trace_id: str, request_id: str = "", start: int = 5_000) -> SpansOfTrace:
    return SpansOfTrace(trace_id, request_id, start, start + 9_000, "ns", "cart", "op", 3, 1, ["cart"], 200, ["UF"])


def request(trace_id: str, request_id: str = "", end: int = 9_000) -> LogsOfRequest:
    return LogsOfRequest(trace_id, request_id, 5_000, end, "ns", "shop", "GET /", 2, 1, ["shop"], 503, -1, ["UF,URX"])


def test_spans_and_access_logs_of_one_request_are_one_hit() -> None:
    [hit] = merge([trace("a")], [request("a", "r")])
    assert (hit.id, hit.request_id, hit.spans, hit.access_logs, hit.status) == ("a", "r", 3, 2, 503)
    assert (hit.root_operation, hit.services, hit.flags, hit.duration_us) == ("op", ("cart", "shop"), ("UF", "URX"), 9)
    assert len(merge([trace("a", "r")], [request("", "r")])) == 1
    assert sorted(hit.id for hit in merge([trace("a")], [request("b", "r"), request("", "s")])) == ["a", "r", "s"]


def test_an_end_before_the_start_is_no_time() -> None:
    assert merge([], [request("b", end=1)])[0].duration_us == 0
