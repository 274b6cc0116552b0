"""The search of the requests page by value, and its callbacks as a browser calls them."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dashboard.ui.figures.scatter import scatter
from dashboard.ui.links import Links
from dashboard.ui.query import UnreadableQuery
from dashboard.ui.searches import MAX_SEARCHES, Searches
from dashboard.ui.state import requests as state
from dashboard.ui.views.request_facets import narrower
from meshhub.errors import StorageError
from meshhub.expression import parse
from meshhub.model import TimeRange
from meshhub.testing.fake_search import FakeSearchReads
from meshhub.testing.mood import Mood
from storage.filters import REQUEST_FIELDS
from traces.search import SearchPage

Text = Callable[[Any], str]


def page(window: TimeRange, *, done: bool) -> SearchPage:
    return SearchPage(window, window, (), None, done=done)


def test_a_search_is_run_and_its_rows_are_links(ui: Any, text: Text) -> None:
    started = ui.call("requests-job.data", requests_asked__data="?q=status+%3E%3D+500&rows=20")
    job = started["requests-job"]["data"]
    assert started["requests-fault"]["children"] == []
    answer = ui.call("requests-grid.rowData", requests_job__data=job)
    rows = answer["requests-grid"]["rowData"]
    assert len(rows) == 20
    assert answer["requests-poll"]["disabled"] is True
    said = text(answer["requests-progress"]["children"])
    assert "20 requests found, and there are more" in said
    assert "Show up to 60" in said
    assert rows[0]["request"]["href"].startswith("/ui/requests?q=status")
    assert "&id=0f9b3c1e" in rows[0]["request"]["href"]
    assert {row["trace"].get("href", "").split("?")[0] for row in rows} == {"/ui/trace", ""}
    overview = ui.call("requests-scatter.figure", requests_job__data=job)
    assert [len(trace["x"]) for trace in overview["requests-scatter"]["figure"]["data"]] == [84, 24, 12]
    assert "What do failed ones have in common?" in text(overview["requests-facets"]["children"])


def test_what_is_wrong_with_an_expression_stands_below_it(ui: Any, text: Text) -> None:
    answer = ui.call("requests-job.data", requests_asked__data="?q=servce+%3D+x")
    assert answer["requests-job"]["data"] is None
    assert "Character 1" in text(answer["requests-fault"]["children"])


def test_nothing_found_says_what_was_searched(ui: Any, text: Text) -> None:
    ui.reads.search.count = 0
    job = ui.call("requests-job.data", requests_asked__data="?q=error")["requests-job"]["data"]
    answer = ui.call("requests-grid.rowData", requests_job__data=job)
    assert "No request fits" in text(answer["requests-message"]["children"])


def test_an_engine_that_is_away_is_an_error_card(ui: Any, text: Text) -> None:
    ui.reads.mood.failure = StorageError("could not ask the engine: it is away", retryable=True)
    job = ui.call("requests-job.data", requests_asked__data="?q=")["requests-job"]["data"]
    answer = ui.call("requests-grid.rowData", requests_job__data=job)
    assert "It is away" in text(answer["requests-message"]["children"])


def test_what_differs_is_told_of_failed_ones_and_of_a_part_of_the_scatter(ui: Any, text: Text) -> None:
    def differ(picked: str) -> str:
        answer = ui.call("requests-difference.children", requests_picked__data=picked)
        return text(answer["requests-difference"]["children"])

    failed = differ("?pick=failed")
    assert "upstream_host = 10.0.0.7:8080" in failed
    assert "30× as often" in failed
    assert "Zoom to this part" in differ("?q=error&pick=0~9000000000000~1000000~3000000")
    assert differ("?q=error") == ""


@pytest.mark.parametrize(
    ("field", "value", "narrowed"),
    [
        ("service", "cart", 'service = "cart"'),
        ("status", "503", "status = 503"),
        ("error", "true", "error"),
        ("error", "false", "not error"),
        ("tenant.tier", 'a "b" \\', '"tenant.tier" = "a \\"b\\" \\\\"'),
    ],
)
def test_a_value_narrows_the_search_to_what_can_be_read(field: str, value: str, narrowed: str) -> None:
    href = narrower(state.parse("?q=a+or+b&pick=failed"), Links("/ui/", "?q=a+or+b&pick=failed"))(field, value)
    asked = state.parse(href.partition("?")[2])
    assert (asked.expression, asked.failed) == (f"(a or b) and {narrowed}", False)
    parse(narrowed, REQUEST_FIELDS)


def test_completions_are_offered(ui: Any) -> None:
    question = {"field": "requests-query", "text": "serv", "cursor": 4}
    answer = ui.call("requests-suggestions.data", requests_complete__data=question)["requests-suggestions"]["data"]
    assert answer["suggestions"][0]["text"] == "service"


def test_points_say_what_they_are_without_markup(window: TimeRange) -> None:
    figure = scatter(FakeSearchReads(Mood()).scatter(window, ""))
    said = [each for trace in figure["data"] for each in trace["text"]]
    assert not any("<script" in each for each in said)
    assert any("&lt;script" in each for each in said)
    named = figure["layout"]["yaxis"]["ticktext"]
    assert len(named) > 1
    assert all(text.endswith(("µs", "ms", " s", "min")) for text in named)


def test_the_url_is_read() -> None:
    read = state.parse("?q=+error+&sort=slowest&rows=99999&pick=1~2~3~4")
    assert (read.expression, read.sort, read.rows, read.box) == ("error", "slowest", 1000, state.Box(1, 2, 3, 4))
    assert state.parse("?rows=x&pick=failed").failed
    for search in ("?pick=1~2", "?pick=a~b~c~d", "?sort=x"):
        with pytest.raises(UnreadableQuery):
            state.parse(search)


def test_a_long_search_tells_how_far_it_is_and_can_be_stopped(window: TimeRange) -> None:
    go, reached = threading.Event(), threading.Event()

    def pages() -> Iterator[SearchPage]:
        yield page(window, done=False)
        reached.set()
        assert go.wait(10)
        yield page(window, done=False)
        raise AssertionError("it was not stopped")

    searches = Searches()
    name = searches.start(pages())
    assert reached.wait(10)
    found = searches.progress(name)
    assert found is not None
    assert (found.ended, found.error) == (False, None)
    searches.cancel(name)
    go.set()
    for thread in threading.enumerate():
        if thread.name == f"search-{name}":
            thread.join(10)
    found = searches.progress(name)
    assert found is not None
    assert (found.ended, found.error) == (True, None)


def test_old_searches_give_way(window: TimeRange) -> None:
    searches = Searches()
    names = [searches.start(iter([page(window, done=True)])) for _ in range(MAX_SEARCHES + 1)]
    assert searches.progress(names[0]) is None
    assert searches.progress(names[-1]) is not None
    assert searches.progress("unknown") is None
    searches.cancel("unknown")
