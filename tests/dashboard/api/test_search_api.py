"""The search and the access-log explorer over HTTP, and their commands."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from dashboard.api.log_body import LogDetailBody, LogFacetsBody, LogHistogramBody, LogPageBody
from dashboard.api.log_view import show_line
from dashboard.api.routes.search import lines_of
from dashboard.api.search_body import CompletionBody, ContrastBody, ScatterBody, SearchBody, SearchFacetsBody
from dashboard.api.tail import LogTails
from dashboard.reads.log_answers import Tail
from meshhub.cli.event_stream import events
from meshhub.cli.logs import cells, one_line
from meshhub.cli.logs import summary as logs_summary
from meshhub.cli.traces import rows
from meshhub.cli.traces import summary as traces_summary
from meshhub.errors import MeshhubError, StorageError
from meshhub.model import TimeRange
from meshhub.testing.fake_logs import made_lines
from meshhub.testing.fake_reads import FakeReads
from meshhub.testing.records import NOW
from traces.search import SearchPage

Get = Callable[..., httpx.Response]
BODIES: list[tuple[str, Any]] = [
    ("/api/v1/traces?q=service = cart&limit=5", SearchBody),
    ("/api/v1/traces/facets?q=error", SearchFacetsBody),
    ("/api/v1/traces/scatter?points=10", ScatterBody),
    ("/api/v1/traces/difference?selection=error", ContrastBody),
    ("/api/v1/search/completion?q=serv", CompletionBody),
    ("/api/v1/search/completion?q=destination = &for=logs", CompletionBody),
    ("/api/v1/logs?q=status >= 500", LogPageBody),
    ("/api/v1/logs/facets?field=flag&field=status", LogFacetsBody),
    ("/api/v1/logs/histogram", LogHistogramBody),
    ("/api/v1/logs/anything", LogDetailBody),
]
ASKED = [path for path, _ in BODIES[:4]] + [path for path, _ in BODIES[6:9]]


@pytest.mark.parametrize(("path", "body"), BODIES)
def test_answers_are_as_they_are_described(get_from: Get, path: str, body: Any) -> None:
    answer = get_from(FakeReads(), path)
    assert answer.status_code == 200, answer.text
    TypeAdapter(body).validate_json(answer.content, strict=False)


@pytest.mark.parametrize(("path", "body"), BODIES[:-1])
def test_the_store_answers_too(get: Get, path: str, body: Any) -> None:
    answer = get(path)
    assert answer.status_code == 200, answer.text
    TypeAdapter(body).validate_json(answer.content, strict=False)


@pytest.mark.parametrize("path", ASKED)
def test_an_expression_that_cannot_be_read_is_told_with_its_place(get: Get, path: str) -> None:
    parameter = "selection" if "difference" in path else "q"
    answer = get(path.split("?")[0], {parameter: "servce = cart"})
    problem = answer.json()
    assert answer.status_code == 400
    assert problem["position"] == 0
    assert "service" in problem["hint"] or "source" in problem["hint"]
    assert get(path.split("?")[0], {parameter: "a" * 4_001}).status_code == 422


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/traces?cursor=x", 400), ("/api/v1/logs?cursor=x", 400), ("/api/v1/logs?limit=0", 422),
        ("/api/v1/traces?sort=sideways", 422), ("/api/v1/traces?window=never", 400), ("/api/v1/logs/x", 404),
        ("/api/v1/traces/difference", 422), ("/api/v1/logs/facets?field=nope", 400),
        ("/api/v1/logs/export?format=xls", 422),
        ("/api/v1/logs/tail?q=(", 400), ("/api/v1/search/completion?cursor=-1", 422),
    ],
)  # fmt: skip
def test_wrong_parameters_are_refused(get: Get, path: str, status: int) -> None:
    assert get(path).status_code == status


def test_failures_of_the_store_are_told(get_from: Get) -> None:
    reads = FakeReads()
    reads.mood.failure = StorageError("could not reach it", retryable=True)
    for path, _ in BODIES:
        assert get_from(reads, path).status_code == 503


def test_completion_is_asked_at_a_cursor(get: Get) -> None:
    found = get("/api/v1/search/completion", {"q": "serv and mtls", "cursor": 4}).json()["suggestions"]
    assert (found[0]["text"], found[0]["start"], found[0]["end"]) == ("service", 0, 4)


def test_a_search_is_streamed_line_by_line(get_from: Get) -> None:
    reads = FakeReads()
    answer = get_from(reads, "/api/v1/traces")
    window = answer.json()["window"]
    assert window["seconds"] == 900
    pages = reads.search.stream(_window(), "")
    lines = [json.loads(line) for line in lines_of(pages)]
    assert [line["done"] for line in lines] == [False, True]
    assert len(lines[0]["traces"]) < len(lines[1]["traces"])

    def failing() -> Iterator[SearchPage]:
        yield from reads.search.stream(_window(), "")
        raise StorageError("could not reach it", retryable=True)

    assert json.loads(list(lines_of(failing()))[-1]) == {"detail": "could not reach it"}


@pytest.mark.parametrize(("form", "content_type"), [("csv", "text/csv"), ("json", "application/x-ndjson")])
def test_an_export_is_a_file(get: Get, form: str, content_type: str) -> None:
    answer = get(f"/api/v1/logs/export?format={form}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(content_type)
    assert answer.headers["content-disposition"] == f'attachment; filename="access-logs.{form}"'


def test_a_tail_tells_new_rows_and_ends_when_the_server_stops() -> None:
    lines = made_lines(_window(), 3)
    asked: list[str | None] = []

    def look(cursor: str | None) -> Tail:
        asked.append(cursor)
        if len(asked) == 1:
            raise MeshhubError("could not reach it")
        return Tail(tuple(lines[1:]), "2", 4)

    async def listen() -> list[bytes]:
        tails, told = LogTails(look_seconds=0.001), []
        async for piece in tails.follow(look, Tail(tuple(lines[:1]), "1", 0)):
            told.append(piece)
            assert tails.clients == 1
            if len(told) == 4:
                tails.stop()
        assert tails.clients == 0
        return told

    told = asyncio.run(asyncio.wait_for(listen(), 30))
    text = b"".join(told).decode()
    [first, problem, second] = list(events([": still here", "", *text.split("\n")]))
    assert asked[:2] == ["1", "1"]
    assert [row["id"] for row in first[1]["rows"]] == [lines[0].id]
    assert problem == ("problem", {"detail": "could not reach it"})
    assert (len(second[1]["rows"]), second[1]["skipped"]) == (2, 4)


def test_commands_show_requests_and_rows(get_from: Get) -> None:
    found = get_from(FakeReads(), "/api/v1/traces?limit=100").json()
    shown = list(rows(found["traces"]))
    assert {row[4] for row in shown} == {"9", "not sampled"}
    assert "There are more" in traces_summary(found)
    assert "No request" in traces_summary(found | {"traces": []})
    page = get_from(FakeReads(), "/api/v1/logs").json()
    assert cells(page["rows"][0])[2:4] == ("storefront.shop", "cart.shop")
    assert "GET /items?page=2" in one_line(page["rows"][1]).plain
    assert "100 access logs" in logs_summary(page)
    assert "No access log" in logs_summary(page | {"rows": []})
    tcp = show_line(made_lines(_window(), 1)[0]) | {
        "transport": "tcp",
        "method": "",
        "response_code": 0,
        "outcome": "reset",
    }
    assert [str(cell) for cell in cells(tcp)[4:6]] == ["tcp", "reset"]


def _window() -> TimeRange:
    return TimeRange.last(timedelta(minutes=15), now=NOW)
