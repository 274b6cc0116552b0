"""The graph's routes: formats, expressions, verdicts, comparison, analysis, edges, entity tags; over made-up graphs."""

import asyncio
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import TypeAdapter

from dashboard.api.analysis_body import AnalysisBody
from dashboard.api.diff_body import DiffBody
from dashboard.api.edge_body import EdgeDetailBody
from dashboard.api.graph_body import GraphBody
from dashboard.api.graph_format import preferred_format
from dashboard.api.routes import edges, graphs
from meshhub.clock import SystemClock
from meshhub.testing.fake_reads import FakeReads
from meshhub.web.problems import handle_errors

EDGE = "demo:shop:reviews~demo:shop:ratings~http"
FIXED = {"start": "2026-03-01T14:00:00Z", "end": "2026-03-01T14:15:00Z"}


@cache
def application() -> FastAPI:
    app = FastAPI()
    handle_errors(app)
    router, reads = APIRouter(prefix="/api/v1"), FakeReads()
    graphs.add_routes(router, reads.graphs, reads.insights, reads.hub, SystemClock())
    edges.add_routes(router, reads.graphs, reads.insights, SystemClock())
    app.include_router(router)
    return app


def get(path: str, asked_headers: Any = None, **parameters: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(application(), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            return await client.get(f"/api/v1{path}", params=FIXED | parameters, headers=asked_headers)

    return asyncio.run(ask())


def valid(answer: httpx.Response, body: Any) -> Any:
    assert answer.status_code == 200, answer.text
    TypeAdapter(body).validate_json(answer.content, strict=False)
    return answer.json()


def test_the_graph_says_how_every_node_and_edge_does() -> None:
    graph = valid(get("/graph"), GraphBody)
    edges = {edge["id"]: edge for edge in graph["edges"]}
    assert edges[EDGE]["health"]["state"] == "failing"
    assert edges[EDGE]["health"]["reasons"][0] == {"code": "error-share", "text": "5xx 12.2 % ≥ 10 %, baseline 0 %"}
    assert all(node["health"] for node in graph["nodes"])
    assert graph["baseline"]["end"] == "2026-03-01T14:00:00Z"


def test_health_and_freshness_can_be_left_out() -> None:
    graph = valid(get("/graph", health=False, freshness=False), GraphBody)
    assert {edge["health"] for edge in graph["edges"]} == {None}
    assert (graph["freshness"], graph["baseline"]) == (None, None)


@pytest.mark.parametrize(
    ("name", "media_type", "start"),
    [
        ("graphml", "application/graphml+xml", "<?xml"),
        ("dot", "text/vnd.graphviz", "digraph"),
        ("mermaid", "text/vnd.mermaid", "flowchart"),
        ("cytoscape", "application/vnd.cytoscape+json", "{"),
    ],
)
def test_a_format_is_asked_for_by_name_or_by_accept(name: str, media_type: str, start: str) -> None:
    by_name, by_accept = get("/graph", format=name), get("/graph", {"Accept": media_type})
    assert by_name.headers["content-type"].partition(";")[0] == media_type
    assert by_name.text.startswith(start)
    assert by_accept.content == by_name.content


def test_the_parameter_wins_over_accept() -> None:
    assert get("/graph", {"Accept": "text/vnd.graphviz"}, format="json").headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "json"),
        ("text/vnd.graphviz;q=0.3, application/graphml+xml;q=0.9", "graphml"),
        ("application/json;q=0.5, text/vnd.mermaid", "mermaid"),
        ("text/vnd.mermaid;q=none", "json"),
        ("text/vnd.mermaid;q=0", "json"),
        (";;,,q=", "json"),
    ],
)
def test_accept_is_weighed(accept: str, name: str) -> None:
    assert preferred_format(accept) == name


def test_an_unknown_format_is_refused() -> None:
    assert get("/graph", format="png").status_code == 422


def test_find_selects_and_hide_leaves_out() -> None:
    found = get("/graph", find="failing and flag=UO").json()
    assert [edge["id"] for edge in found["edges"]] == [EDGE]
    assert [node["service"] for node in found["nodes"]] == ["ratings", "reviews"]
    hidden = get("/graph", hide="ns=shop").json()
    assert {node["namespace"] for node in hidden["nodes"]} == {"data", "finance", ""}
    assert get("/graph", find="name=nobody", format="mermaid").text == "flowchart LR\n"


@pytest.mark.parametrize("parameter", ["find", "hide"])
def test_an_expression_with_an_error_says_where(parameter: str) -> None:
    answer = get("/graph", **{parameter: "ns=shop and eror > 5%"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["position"] == 12
    assert "err" in problem["hint"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"start": "2026-03-01T15:00:00Z"},
        {"end": "2150-01-01T00:00:00Z"},
        {"start": "1990-01-01T00:00:00Z"},
        {"end": "yesterday"},
    ],
)
@pytest.mark.parametrize("path", ["/graph", "/graph/diff", "/graph/analysis", f"/edges/{EDGE}"])
def test_windows_that_cannot_be_used_are_refused(path: str, parameters: Mapping[str, str]) -> None:
    answer = get(path, **parameters)
    assert (answer.status_code, answer.json()["title"]) == (400, "Bad Request")
    assert "could not" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/graph", "/graph/diff", "/graph/analysis", f"/edges/{EDGE}"])
def test_an_answer_at_hand_is_not_sent_again(path: str) -> None:
    first = get(path)
    tag = first.headers["etag"]
    strong = tag.removeprefix("W/")
    assert (tag == strong) is (path != "/graph"), "how old the newest data is changes with every answer to /graph"
    for offered in (tag, f'"other", W/{strong}', strong, "*"):
        again = get(path, {"If-None-Match": offered})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert get(path, {"If-None-Match": '"other"'}).status_code == 200


def test_the_tag_is_of_the_format_too() -> None:
    assert get("/graph", format="dot").headers["etag"] != get("/graph").headers["etag"]


def test_a_comparison_has_what_changed_and_counts_the_rest() -> None:
    diff = valid(get("/graph/diff"), DiffBody)
    first = diff["edges"][0]
    assert (first["id"], first["change"]) == (EDGE, "worse")
    assert first["errors"]["before"]["count"] == 0
    assert first["errors"]["significant"]
    assert 0 < first["errors"]["after"]["low"] < 0.122 < first["errors"]["after"]["high"] < 0.13
    assert all(edge["change"] != "unchanged" for edge in diff["edges"])
    whole = valid(get("/graph/diff", unchanged=True), DiffBody)
    assert len(whole["edges"]) == sum(diff["counts"]["edges"].values())


@pytest.mark.parametrize(
    ("parameters", "start", "end"),
    [
        ({}, "2026-03-01T13:45:00Z", "2026-03-01T14:00:00Z"),
        ({"compare": "previous"}, "2026-03-01T13:45:00Z", "2026-03-01T14:00:00Z"),
        ({"compare": "1d"}, "2026-02-28T14:00:00Z", "2026-02-28T14:15:00Z"),
        ({"compare": "2026-03-01T12:00:00Z"}, "2026-03-01T11:45:00Z", "2026-03-01T12:00:00Z"),
        ({"before_start": "2026-03-01T13:00:00Z"}, "2026-03-01T13:00:00Z", "2026-03-01T14:00:00Z"),
        (
            {"before_start": "2026-03-01T10:00:00Z", "before_end": "2026-03-01T11:00:00Z"},
            "2026-03-01T10:00:00Z",
            "2026-03-01T11:00:00Z",
        ),
    ],
)
def test_the_window_before_is_named_in_several_ways(parameters: Mapping[str, str], start: str, end: str) -> None:
    before = get("/graph/diff", **parameters).json()["before"]
    assert (before["start"], before["end"]) == (start, end)


@pytest.mark.parametrize(
    "parameters",
    [
        {"compare": "soon"},
        {"compare": "0d"},
        {"compare": "1d", "before_start": "2026-03-01T13:00:00Z"},
        {"before_end": "2026-03-01T13:00:00Z"},
        {"before_start": "2026-03-01T15:00:00Z"},
        {"compare": "2150-01-01T00:00:00Z"},
    ],
)
def test_a_window_before_that_cannot_be_used_is_refused(parameters: Mapping[str, str]) -> None:
    assert get("/graph/diff", **parameters).status_code == 400


def test_the_analysis_tells_of_all_or_of_one_node() -> None:
    analysis = valid(get("/graph/analysis"), AnalysisBody)
    assert analysis["entries"] == ["unknown-caller:visitors"]
    assert len(analysis["blast"]) > 1
    one = valid(get("/graph/analysis", node="demo:shop:ratings"), AnalysisBody)
    assert [blast["node"] for blast in one["blast"]] == ["demo:shop:ratings"]


def test_an_edge_has_its_course() -> None:
    detail = valid(get(f"/edges/{EDGE}"), EdgeDetailBody)
    assert detail["edge"]["health"]["state"] == "failing"
    assert detail["edge"]["reports"]["client"]
    assert len(detail["series"]["client"]) == len(detail["series"]["server"])
    assert sum(step["errors"].get("5xx", 0) for step in detail["series"]["client"]) > 0


@pytest.mark.parametrize("path", ["/edges/a~b~http", "/edges/%F0%9F%9A%80", "/graph/analysis?node=nobody"])
def test_an_unknown_id_is_not_found(path: str) -> None:
    path, _, query = path.partition("?")
    answer = get(path, **dict([query.split("=")] if query else []))
    assert answer.status_code == 404
    assert "could not find" in answer.json()["detail"]


def test_cytoscape_comes_with_verdicts() -> None:
    elements = json.loads(get("/graph", format="cytoscape").text)["elements"]
    assert {node["data"]["health"] for node in elements["nodes"]} >= {"healthy", "failing"}
