"""Values in the questions of other tools."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records.compat import CallPoint
from traces.compat.model import ANY, MAX_LIMIT, NAME, RESOURCE, SPAN, Condition, QueryFault, TraceQuery, narrowed
from traces.compat.names import service_name
from traces.compat.reading import (
    read_go_duration,
    read_limit,
    read_rfc3339,
    read_text_map,
    read_trace_id,
)
from traces.jaeger.document import short_id
from traces.jaeger.metrics import bucket_start, of_kinds, quantile


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("", 0),
        ("0", 0),
        ("1.2s", 1_200_000_000),
        ("100ms", 100_000_000),
        ("500us", 500_000),
        ("500µs", 500_000),
        ("1h30m", 5_400_000_000_000),
        (".5s", 500_000_000),
        ("7ns", 7),
    ],
)
def test_durations_as_go_writes_them(text: str, nanoseconds: int) -> None:
    assert read_go_duration("minDuration", text) == nanoseconds


@pytest.mark.parametrize("text", ["5", "s", "-1s", "1s ", "1d", "1e3s", "9" * 99 + "h", "1s2", "٣s"])
def test_durations_that_are_none(text: str) -> None:
    with pytest.raises(QueryFault, match="unable to parse param 'minDuration'"):
        read_go_duration("minDuration", text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T14:00:00.000000001Z",
        "2026-03-01T15:00:00.000000001+01:00",
        "2026-03-01T15:00:00.000000001 01:00",
        "2026-03-01 09:00:00.000000001-05:00",
    ],
)
def test_times_to_the_nanosecond_whose_plus_came_as_a_blank(text: str) -> None:
    expected = int(datetime(2026, 3, 1, 14, tzinfo=UTC).timestamp()) * 10**9 + 1
    assert read_rfc3339("query.startTimeMin", text) == expected


@pytest.mark.parametrize(
    "text", ["", "now", "2026-03-01", "2026-13-01T00:00:00Z", "1969-12-31T23:59:59Z", "2300-01-01T00:00:00Z"]
)
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(QueryFault, match=r"malformed parameter query\.startTimeMin"):
        read_rfc3339("query.startTimeMin", text)


def test_trace_ids_of_any_length() -> None:
    assert read_trace_id("ABC") == "0" * 29 + "abc"
    assert read_trace_id("11111111-1111-1111-1111-111111111111") == "1" * 32
    assert short_id("0" * 16 + "ab" * 8) == "ab" * 8
    for text in ("", "x", "1" * 33):
        with pytest.raises(QueryFault):
            read_trace_id(text)


def test_limits_are_held() -> None:
    assert [read_limit("limit", text, default=20) for text in ("", "0", "7", "99999")] == [20, 20, 7, MAX_LIMIT]
    with pytest.raises(QueryFault):
        read_limit("limit", "-1", default=20)


def test_services_are_named_with_their_namespaces() -> None:
    assert [service_name("cart", "shop"), service_name("cart", ""), service_name("", "")] == [
        "cart.shop", "cart", "unknown_service",
    ]  # fmt: skip


@given(st.text(max_size=40))
def test_every_text_is_read_or_a_fault(text: str) -> None:
    readers = (
        lambda: read_go_duration("x", text),
        lambda: read_rfc3339("x", text),
        lambda: read_trace_id(text),
        lambda: read_text_map("x", text),
        lambda: read_limit("x", text, default=1),
    )
    for read in readers:
        try:
            read()
        except QueryFault as fault:
            assert "\n" not in str(fault)  # noqa: PT017 - both ways are right


def test_json_with_half_a_character_is_cleaned() -> None:
    assert read_text_map("tags", '{"a\\ud800": "b\\ud800"}') == {"a?": "b?"}


def test_quantiles_of_buckets_with_two_leading_digits() -> None:
    assert [bucket_start(bucket) for bucket in (0, 99, 100, 101, 189, 190, 390)] == [
        0,
        99,
        100,
        110,
        990,
        1000,
        300_000,
    ]
    assert quantile({390: 100}, 0.5) == 305_000
    assert quantile({10: 1, 390: 1}, 0.5) == 11
    assert quantile({}, 0.95) == 0


def test_one_side_of_a_call_counts() -> None:
    server, client = (CallPoint("cart", "", reporter, 0, 1, 0, {}) for reporter in ("server", "client"))
    assert of_kinds([client, server], ("server",)) == [server]
    assert of_kinds([client], ("server",)) == [client]
    assert of_kinds([client, server], ("client",)) == [client]
    assert of_kinds([client, server], ()) == []


def test_what_must_be_is_asked_by_itself() -> None:
    cart, work = Condition(RESOURCE, "service.name", "=", "cart"), Condition(SPAN, NAME, "=", "work")
    team = Condition(ANY, "team", "=", "core")
    assert narrowed(TraceQuery(0, 1, any_of=((cart, team, work),))) == TraceQuery(
        0, 1, service="cart", operation="work", any_of=((team,),)
    )
    assert narrowed(TraceQuery(0, 1, any_of=((cart,),))) == TraceQuery(0, 1, service="cart")
    for query in (
        TraceQuery(0, 1, any_of=((cart,), (team,))),
        TraceQuery(0, 1, service="pay", any_of=((cart,),)),
        TraceQuery(0, 1, any_of=((Condition(ANY, "service.name", "!=", "cart"),),)),
        TraceQuery(0, 1, any_of=((Condition(ANY, "service.name", "=", ""),),)),
    ):
        assert narrowed(query) == query
