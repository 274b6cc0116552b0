"""The trace page by value, and its callbacks as a browser calls them."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from dashboard.reads.traces import HOUR, Rank
from dashboard.ui.figures.trace_drawing import flame, service_map
from dashboard.ui.figures.trace_rows import ERROR, PROXY_SPAN, span_at, trace_rows
from dashboard.ui.links import Links
from dashboard.ui.query import UnreadableQuery
from dashboard.ui.state import trace as state
from dashboard.ui.views.trace_span import MAX_VALUE, span_panel
from meshhub.errors import StorageError
from meshhub.testing.fake_traces import PEERS, FakeTraceReads
from meshhub.testing.mood import Mood
from meshhub.testing.traces import HOSTILE_ID, MARKUP, OTHER_ID, TRACE_ID
from traces.otlp_json import write_otlp
from traces.trace_model import Trace

LINKS = Links("/ui/", f"?id={TRACE_ID}&tab=table")
Text = Callable[[Any], str]


@pytest.fixture(scope="module")
def checkout() -> Trace:
    return FakeTraceReads(Mood()).trace(TRACE_ID)


@pytest.fixture(scope="module")
def hostile() -> Trace:
    return FakeTraceReads(Mood()).trace(HOSTILE_ID)


def test_rows_are_columns_of_the_same_length(checkout: Trace) -> None:
    made = trace_rows(checkout)
    columns = ("id", "parent", "depth", "below", "start", "span", "self", "flags", "ill", "service", "name")
    assert {len(made[column]) for column in columns} == {len(checkout.spans)}
    failed = next(index for index, flags in enumerate(made["flags"]) if flags & ERROR)
    assert made["flags"][failed] & PROXY_SPAN
    assert made["says"][failed] == "504 UT"
    assert made["inner"]
    assert sum(
        end - start for flat in made["critical"].values() for start, end in zip(flat[::2], flat[1::2], strict=True)
    ) == (checkout.length_ns)
    assert span_at(checkout, made["id"][failed]) is checkout.spans[failed]
    assert span_at(checkout, "") is None
    assert span_at(checkout, "unknown") is None


def test_a_large_value_does_not_reach_the_page_whole(hostile: Trace, written: Callable[[Any], str]) -> None:
    assert len(json.dumps(trace_rows(hostile))) < 10_000
    panel = span_panel(hostile, hostile.spans[0], None, LINKS)
    assert len(written(panel)) < 20_000 + MAX_VALUE
    assert "cut: a download has it whole" in written(panel)


def test_a_span_is_explained_with_its_peers_and_its_access_log(checkout: Trace, text: Text) -> None:
    failed = next(each for each in checkout.spans if each.span.response_code == 504)
    said = text(span_panel(checkout, failed, Rank(PEERS, HOUR), LINKS))
    assert "Slower than 95.7 % of its 1,240 peers of the hour" in said
    assert "504 UT" in said
    assert "The upstream did not answer within the route's timeout." in said
    assert "Moved by" not in said
    moved = next(each for each in checkout.spans if each.correction_ns)
    assert "the clock of its instance was off" in text(span_panel(checkout, moved, None, LINKS))


def test_the_map_and_the_flames_have_every_service(checkout: Trace) -> None:
    drawn = service_map(checkout)
    assert [node["name"] for node in drawn["nodes"]][:2] == ["gateway", "checkout"]
    assert {(edge["from"], edge["to"]) for edge in drawn["edges"]} == {
        ("gateway", "checkout"), ("checkout", "cart"), ("checkout", "payment")
    }  # fmt: skip
    boxes = flame(checkout)
    assert boxes["boxes"][0]["name"] == "ingress /checkout/91"
    assert all(box["left"] >= 0 and box["left"] + box["width"] <= boxes["whole"] for box in boxes["boxes"])


def test_the_page_shows_a_trace(ui: Any, text: Text) -> None:
    answer = ui.call("trace-head.children", trace_asked__data=f"?id={TRACE_ID.upper()}")
    said = text(answer["trace-head"]["children"])
    assert "2 errors gateway ingress /checkout/91" in said
    assert "The clock of payment (payment-v1-1) was 420 ms behind" in said
    assert len(answer["trace-rows"]["data"]["id"]) == 17
    panel = ui.call("trace-panel.children", trace_chosen__data=f"?id={TRACE_ID}", trace_loaded__data=TRACE_ID)
    assert "Where the time went" in text(panel["trace-panel"]["children"])


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("", "Look at a trace"),
        ("?id=not-an-id", "Could not read this trace id"),
        (f"?id={'12' * 16}", "Nothing is known of this trace"),
        ("?id=file-000", "Open the file again"),
        (f"?id={TRACE_ID}&with={OTHER_ID}", "3 added"),
        (f"?id={TRACE_ID}&with=zzz", "Could not read this trace id"),
        (f"?id={'x' * 5000}", "Could not read this trace id"),
        (f"?id={TRACE_ID}&tab=nothing", "tab=nothing"),
    ],
)
def test_what_is_not_a_trace_says_what_to_do(ui: Any, text: Text, asked: str, says: str) -> None:
    answer = ui.call("trace-head.children", trace_asked__data=asked)
    assert says.lower() in text(answer["trace-head"]["children"]).lower()
    assert answer["trace-rows"]["data"] is None


def test_an_engine_that_is_away_is_an_error_card(ui: Any, text: Text) -> None:
    ui.reads.mood.failure = StorageError("could not ask the engine: it is away", retryable=True)
    answer = ui.call("trace-head.children", trace_asked__data=f"?id={TRACE_ID}")
    assert "It is away" in text(answer["trace-head"]["children"])


@pytest.mark.parametrize("tab", ["statistics", "table", "logs", "json"])
@pytest.mark.parametrize("trace_id", [TRACE_ID, HOSTILE_ID])
def test_every_tab_is_drawn(ui: Any, tab: str, trace_id: str, text: Text) -> None:
    answer = ui.call("trace-tab.children", trace_tabbed__data=f"?id={trace_id}&tab={tab}", trace_loaded__data="yes")
    assert text(answer["trace-tab"]["children"])
    assert answer["trace-drawing"]["data"] is None
    assert len(json.dumps(answer)) < 400_000


def test_drawings_and_matches_are_data(ui: Any) -> None:
    for kind in ("map", "flame"):
        answer = ui.call(
            "trace-tab.children", trace_tabbed__data=f"?id={TRACE_ID}&tab={kind}", trace_loaded__data="yes"
        )
        assert answer["trace-drawing"]["data"]["kind"] == kind
    found = ui.call("trace-hits.data", trace_sought__data=f"?id={TRACE_ID}&find=order%3D91")
    assert len(found["trace-hits"]["data"]) == 1
    markup = ui.call("trace-hits.data", trace_sought__data=f"?id={TRACE_ID}&find={quote(MARKUP)}")
    assert markup["trace-hits"]["data"]


def test_a_file_is_opened_and_shown_under_its_name(ui: Any, checkout: Trace, text: Text) -> None:
    content = json.dumps(write_otlp([each.span for each in checkout.spans])).encode()
    sent = "data:application/json;base64," + base64.b64encode(content).decode()
    opened = ui.call("trace-opened.data", trace_file__contents=sent)["trace-opened"]["data"]
    assert opened["says"] == "OTLP: 17 spans"
    answer = ui.call("trace-head.children", trace_asked__data=f"?id={opened['name']}")
    assert "2 errors" in text(answer["trace-head"]["children"])


@pytest.mark.parametrize("contents", ["data:,%%%", "data:application/json;base64,aGVsbG8="])
def test_what_is_no_trace_file_is_said(ui: Any, contents: str) -> None:
    opened = ui.call("trace-opened.data", trace_file__contents=contents)["trace-opened"]["data"]
    assert "name" not in opened
    assert opened["says"].startswith("could not read the file")


def test_the_url_is_read() -> None:
    read = state.parse(f"?id=%20{TRACE_ID}%20&span=ab&tab=flame&find=a%3Db&with=x")
    assert (read.trace_id, read.span, read.tab, read.find, read.other_id) == (TRACE_ID, "ab", "flame", "a=b", "x")
    assert state.parse(None).tab is state.Tab.TIMELINE
    with pytest.raises(UnreadableQuery, match="tab=x"):
        state.parse("?tab=x")
