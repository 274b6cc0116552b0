from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard.reads.facets import Facet, FacetValue
from dashboard.reads.log_answers import LogDetail, LogFacets, LogHistogram, LogOrder
from dashboard.ui.figures.log_histogram import empty, histogram
from dashboard.ui.links import Links
from dashboard.ui.query import UnreadableQuery, View
from dashboard.ui.state import logs as state
from dashboard.ui.state.logs import LogsState, within
from dashboard.ui.views import log_detail, log_facets, log_rows, logs
from meshhub.errors import StorageError
from meshhub.expression import parse
from meshhub.model import TimeRange
from meshhub.outcome import Outcome
from meshhub.testing.fake_logs import made_lines
from meshhub.testing.fake_reads import FakeReads
from storage.filters import ACCESS_LOG_FIELDS
from storage.records.access_logs import AccessLog

Text = Callable[[Any], str]
LINKS = Links("/ui/", "?window=1h&q=a")
AWKWARD = ('say "hi"', "back\\slash", "<b>", "ß 🚀", "or and not", "5 > 3", "x" * 300)


@pytest.fixture
def reads() -> FakeReads:
    return FakeReads()


def test_a_row_says_how_it_ended_by_colour_shape_and_word(window: TimeRange) -> None:
    line = replace(made_lines(window, 1)[0], response_code=200, response_flags="")
    variants = (
        line,
        replace(line, response_code=404),
        replace(line, response_code=0, response_flags="UR"),
        replace(line, grpc_status=14),
        replace(line, transport="tcp", response_code=0, method="", path=""),
    )
    rows = log_rows.rows(variants, LINKS)
    assert [(row["answer"]["health"], row["answer"]["word"]) for row in rows] == [
        ("healthy", "200"),
        ("degraded", "404"),
        ("failing", "no response"),
        ("failing", "200, gRPC 14"),
        ("healthy", "ok"),
    ]
    assert rows[4]["request"]["text"] == "TCP connection"
    assert rows[2]["flags_words"] == "UR: The upstream reset the stream."
    assert rows[0]["details_words"] == "The answer came from the upstream as it is."
    assert rows[0]["request"]["href"].startswith("/ui/logs?window=1h&q=a&row=")


def test_every_column_of_a_row_can_be_chosen_and_is_there(window: TimeRange) -> None:
    [row] = log_rows.rows(made_lines(window, 1), LINKS)
    assert {name for name, _ in log_rows.CHOICES} <= set(row)
    assert set(log_rows.SHOWN) <= {name for name, _ in log_rows.CHOICES}


def test_the_panel_shows_every_column_of_a_log(reads: FakeReads) -> None:
    assert log_detail.GROUPED | {"time_unix_nano", "attributes"} == {each.name for each in fields(AccessLog)}


def test_the_panel_explains_codes_in_words_and_leads_on(reads: FakeReads, text: Text, written: Text) -> None:
    found = reads.logs.row("any")
    view = log_detail.detail(found, LINKS)
    said = text(view)
    assert "UF UpstreamConnectionFailure No connection to the upstream host could be made" in said
    assert "The upstream stream broke before any answer came. Reason: connection failure." in said
    assert "x_forwarded_for 10.0.0.1" in said
    assert f"/ui/requests?window=1h&id={found.log.request_id}" in written(view)
    lost = LogDetail("x", replace(found.log, request_id="", trace_id=""), Outcome.OK, (), ())
    assert "it cannot be followed" in text(log_detail.detail(lost, LINKS))


@pytest.mark.parametrize("value", AWKWARD)
@pytest.mark.parametrize("field", ["path", "flag", "details"])
def test_what_a_facet_adds_can_be_read_whatever_the_value(field: str, value: str, written: Text) -> None:
    facets = LogFacets(10, (Facet(field, (FacetValue(value, 4), FacetValue("", 6)), 0, 2),))
    buttons = list(_buttons(log_facets.facets(facets)))
    assert len(buttons) == 2
    for button in buttons:
        for name in ("data-add", "data-exclude"):
            parse(getattr(button, name), ACCESS_LOG_FIELDS)


def test_a_facet_of_a_sample_says_so_and_how_far_off_each_value_may_be(text: Text) -> None:
    value = FacetValue("/cart", 1_200_000, margin=31_000)
    view = log_facets.facets(LogFacets(50_000_000, (Facet("path", (value,), 48_800_000, 70, 0.083),)))
    [button] = _buttons(view)
    assert button.title == "/cart: 1,200,000 ± 31,000 of 50,000,000 (2.4 %)"
    said = text(view)
    assert "Estimated from 8.3 % of the access logs" in said
    assert "≥ 70" in said
    assert "≥ 69 other values" in said


def test_a_facet_of_numbers_adds_a_number_and_says_what_is_left_out(text: Text) -> None:
    facets = LogFacets(1_000, (Facet("status", (FacetValue("503", 40, "words"),), 960, 7),))
    view = log_facets.facets(facets)
    [button] = _buttons(view)
    assert getattr(button, "data-add") == "status = 503"
    assert button.title == "words\n503: 40 of 1,000 (4 %)"
    assert "6 other values: 960" in text(view)
    assert "nothing matches" in text(log_facets.facets(LogFacets(0, ())))


def test_the_histogram_has_a_band_for_each_outcome_that_occurred(reads: FakeReads, window: TimeRange) -> None:
    found = reads.logs.histogram(window, "")
    figure = histogram(found)
    assert [band["name"] for band in figure["data"]] == ["ok", "5xx"]
    assert sum(sum(band["y"]) for band in figure["data"]) == sum(each.requests for each in found.bins)
    assert histogram(LogHistogram(window, 15, ()))["data"] == []
    assert empty()["layout"]["xaxis"]["visible"] is False


@pytest.mark.parametrize(("length", "format_"), [(300, "%H:%M:%S"), (3_600, "%H:%M"), (7 * 86_400, "%b %d %H:%M")])
def test_times_of_the_histogram_are_as_fine_as_its_window(window: TimeRange, length: int, format_: str) -> None:
    found = LogHistogram(TimeRange(window.end - timedelta(seconds=length), window.end), 10, ())
    assert histogram(found)["layout"]["xaxis"]["tickformat"] == format_


def test_the_scope_narrows_the_expression(window: TimeRange, text: Text) -> None:
    assert within("a = 1 or b = 2", ()) == "a = 1 or b = 2"
    scoped = within("status = 500 or status = 503", ("shop", 'odd"one'))
    assert scoped.endswith("and (status = 500 or status = 503)")
    parse(scoped, ACCESS_LOG_FIELDS)
    parse(within("", ("shop",)), ACCESS_LOG_FIELDS)
    asked = LogsState(View(namespaces=("shop",)), "status = 500")
    assert "source_namespace in" in text(logs.nothing(asked, window, LINKS))


def test_no_rows_say_why(window: TimeRange, text: Text) -> None:
    assert "No proxy reported a request" in text(logs.nothing(LogsState(View()), window, LINKS))
    said = text(logs.nothing(LogsState(View(), "status = 500"), window, LINKS))
    assert "No access log matches" in said
    assert "status = 500" in said
    assert logs.count(250, window, LogsState(View()), more=True).startswith("250 and more rows, newest first · 15 min")


def test_the_url_is_read() -> None:
    asked = state.parse("?q=%20status%20%3D%20500%20&row=r&order=slowest&tail=on&ns=shop")
    assert (asked.expression, asked.row, asked.order, asked.tail) == ("status = 500", "r", LogOrder.SLOWEST, True)
    with pytest.raises(UnreadableQuery, match="order=sideways"):
        state.parse("?order=sideways")


def test_rows_facets_and_histogram_follow_the_url(ui: Any, text: Text) -> None:
    search = "?q=destination%20%3D%20cart"
    answer = ui.call("logs-grid.rowData", frame_location__search=search)
    assert len(answer["logs-grid"]["rowData"]) == 250
    assert answer["logs-message"]["children"] is None
    assert "Outcome" in text(ui.call("logs-facets.children", frame_location__search=search)["logs-facets"]["children"])
    assert ui.call("logs-chart.figure", frame_location__search=search)["logs-chart"]["figure"]["data"]


def test_more_rows_are_read_page_by_page(ui: Any) -> None:
    ui.reads.logs.count = 700
    answer = ui.call("logs-grid.rowData", frame_location__search="", logs_more__n_clicks=1)
    assert len(answer["logs-grid"]["rowData"]) == 500
    assert answer["logs-more"]["disabled"] is False
    answer = ui.call("logs-grid.rowData", frame_location__search="", logs_more__n_clicks=9)
    assert len(answer["logs-grid"]["rowData"]) == 700
    assert answer["logs-more"]["disabled"] is True


def test_a_fault_of_the_expression_is_shown_where_it_is_and_the_rows_stay(ui: Any, text: Text) -> None:
    answer = ui.call("logs-grid.rowData", frame_location__search="?q=destinatio%20%3D%20cart")
    assert "there is no field destinatio" in text(answer["logs-fault"]["children"])
    assert "logs-grid" not in answer
    ui.reads.mood.failure = StorageError("could not run a query: too many rows", retryable=True)
    answer = ui.call("logs-grid.rowData", frame_location__search="")
    assert "Too many rows" in text(answer["logs-message"]["children"])


def test_a_row_that_is_gone_says_so(ui: Any, text: Text) -> None:
    answer = ui.call("logs-panel.children", frame_location__search="?row=missing")
    assert "could not find the access log missing" in text(answer["logs-panel"]["children"])


def test_what_is_written_is_completed(ui: Any) -> None:
    written = {"text": "destin", "cursor": 6, "at": 1}
    answer = ui.call("logs-offered.data", logs_written__data=written)
    assert answer["logs-offered"]["data"]["suggestions"][0]["text"] == "destination"
    for odd in (None, 7, {"text": "x" * 10_000, "cursor": -5}):
        ui.call("logs-offered.data", logs_written__data=odd)


def test_the_tail_goes_on_where_it_was_and_starts_anew_with_another_expression(ui: Any) -> None:
    first = ui.call("logs-tailed.data", frame_location__search="?tail=on")["logs-tailed"]["data"]
    assert len(first["rows"]) == 5
    assert [row["when"] for row in first["rows"]] == sorted((row["when"] for row in first["rows"]), reverse=True)
    again = ui.call("logs-tailed.data", frame_location__search="?tail=on", logs_tailed__data=first)
    assert again["logs-tailed"]["data"]["rows"] == []
    other = ui.call("logs-tailed.data", frame_location__search="?tail=on&q=status%3D1", logs_tailed__data=first)
    assert len(other["logs-tailed"]["data"]["rows"]) == 5


def _buttons(part: Any) -> Any:
    if isinstance(part, (list, tuple)):
        for each in part:
            yield from _buttons(each)
    elif hasattr(part, "children"):
        if hasattr(part, "data-add"):
            yield part
        yield from _buttons(part.children)


def test_the_longest_usual_answer_fits_into_its_column() -> None:
    """A bold letter takes up to 8 pixels, the glyph and the cell's margins 32."""
    widths = {each["field"]: each.get("width", 0) for each in log_rows.COLUMNS}
    assert widths["answer"] >= 32 + 8 * len(log_rows.answer(200, 14))
