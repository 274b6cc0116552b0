"""Links to the Jaeger UI, as Kiali and people write them, lead to the hub's own pages."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.ui.state import requests, trace
from meshhub.expression import parse
from meshhub.testing.fake_compat import Call, EmptyStore, call_of
from storage.filters import REQUEST_FIELDS
from traces.compat.model import QueryFault
from traces.jaeger.links import read_search_link

ONE, OTHER, SPAN = "ab" * 16, "cd" * 16, "12" * 8
NOW = 1_790_000_000 * 10**9


@pytest.fixture(scope="module")
def call() -> Call:
    return call_of(EmptyStore())


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (f"/trace/{ONE}", trace.TraceState(ONE)),
        (f"/jaeger/trace/{ONE}?uiFind={SPAN}", trace.TraceState(ONE, find=SPAN)),
        (f"/jaeger/trace/{ONE}...{OTHER}?cohort={ONE}&cohort={OTHER}", trace.TraceState(ONE, OTHER)),
    ],
)
def test_a_link_to_a_trace_opens_its_page(call: Call, link: str, expected: trace.TraceState) -> None:
    answer = call(link)
    led = urlsplit(answer.headers["location"])
    assert (answer.status_code, led.path) == (307, "/ui/trace")
    assert trace.parse(led.query) == expected


def kiali() -> dict[str, str]:
    """AppSearchUrl of Kiali's JaegerUrlProvider."""
    tags = json.dumps({"error": "true", "http.status_code": "503"})
    return {"service": "cart.shop", "limit": "20", "start": "1790000000000000", "end": "1790000600000000", "tags": tags}


def test_a_link_to_a_search_opens_it(call: Call) -> None:
    led = urlsplit(call("/jaeger/search", params=kiali() | {"minDuration": "1.5s"}).headers["location"])
    state = requests.parse(led.query)
    assert led.path == "/ui/requests"
    assert state.expression == (
        "(service = cart.shop or service = cart and namespace = shop) and duration >= 1.5s and error = true "
        'and "http.status_code" = "503"'
    )
    assert parse(state.expression, REQUEST_FIELDS)
    assert parse_qs(led.query)["window"] == ["600s"]


def test_a_search_of_the_past_ends_there() -> None:
    shown = read_search_link(list(kiali().items()), now_ns=NOW + 3600 * 10**9)
    assert (shown["window"], shown["end"]) == ("600s", "2026-09-21T14:23:20+00:00")
    assert "end" not in read_search_link([], now_ns=NOW)


def test_what_cannot_be_read_is_said(call: Call) -> None:
    answer = call("/search", params={"start": "yesterday"})
    assert (answer.status_code, answer.text) == (400, "unable to parse param 'start': \"yesterday\" is not an integer")


@given(
    pairs=st.dictionaries(
        st.sampled_from(["service", "operation", "start", "end", "minDuration", "tags"]),
        st.text(max_size=20) | st.sampled_from(["1s", '{"a b":"and"}', '{"":""}', "1790000000000000"]),
    )
)
def test_every_link_leads_to_an_expression_that_can_be_read(pairs: dict[str, str]) -> None:
    try:
        shown = read_search_link(list(pairs.items()), now_ns=NOW)
    except QueryFault:
        return
    parse(shown.get("q", ""), REQUEST_FIELDS)
