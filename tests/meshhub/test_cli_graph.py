"""`meshhub graph`, `graph diff` and `graph analysis` against a server with made-up answers."""

import json
from collections.abc import Iterator

import pytest
from fastapi import APIRouter, FastAPI

from dashboard.api.routes import graphs
from dashboard.settings import WebSettings
from meshhub.cli import main
from meshhub.clock import SystemClock
from meshhub.testing.fake_reads import FakeReads
from meshhub.web.problems import handle_errors
from meshhub.web.server import WebServer


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    router, reads = APIRouter(prefix="/api/v1"), FakeReads()
    graphs.add_routes(router, reads.graphs, reads.insights, reads.hub, SystemClock())
    app = FastAPI()
    handle_errors(app)
    app.include_router(router)
    server = WebServer(WebSettings(address="127.0.0.1:0"))
    server.bind()
    server.start(app)
    yield server.url
    server.stop()


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code if isinstance(ended.value.code, int) else 0


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(*arguments) == 0
    return capsys.readouterr().out


def test_the_graph_is_a_table(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    output = said(capsys, "graph", "--url", url, "--window", "15m")
    assert "reviews.shop" in output
    assert "13 nodes, 16 edges" in output


@pytest.mark.parametrize(
    ("name", "start"), [("dot", "digraph"), ("mermaid", "flowchart"), ("graphml", "<?xml"), ("cytoscape", "{")]
)
def test_the_graph_is_printed_in_other_formats(
    url: str, name: str, start: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "graph", "--url", url, "--format", name).startswith(start)


def test_the_graph_is_json_by_either_name(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(json.loads(said(capsys, "graph", "--url", url, "--json"))["edges"]) == 16
    assert len(json.loads(said(capsys, "graph", "--url", url, "--format", "json"))["edges"]) == 16


def test_expressions_select(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "2 nodes, 1 edge" in said(capsys, "graph", "--url", url, "--find", "flag=UO")
    assert run("graph", "--url", url, "--find", "flag=") == 1
    assert "at character" in capsys.readouterr().err
    assert run("graph", "--url", url, "--find", "flag=", "--format", "dot") == 1
    assert "at character" in capsys.readouterr().err


def test_a_comparison_says_what_is_worse_and_why(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    output = said(capsys, "graph", "diff", "--url", url, "--after", "2026-03-01T14:00:00Z/2026-03-01T14:15:00Z")
    first = next(line for line in output.splitlines() if "reviews~" in line)
    assert "worse" in first
    assert "0 % → 12.2 % failed" in first
    assert "2026-03-01T13:45:00Z to 2026-03-01T14:00:00Z compared with" in output


def test_both_windows_can_be_given(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    windows = ["--before", "2026-03-01T10:00:00Z/2026-03-01T11:00:00Z", "--after", "15m"]
    body = json.loads(said(capsys, "graph", "diff", "--url", url, *windows, "--json"))
    assert (body["before"]["seconds"], body["after"]["seconds"]) == (3600, 900)


def test_a_window_that_cannot_be_used_is_an_error(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "diff", "--url", url, "--before", "soon") == 1
    assert "could not read" in capsys.readouterr().err


def test_the_analysis_is_in_words(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    output = said(capsys, "graph", "analysis", "--url", url)
    assert "Traffic enters at unknown-caller:visitors." in output
    assert "Every way to 11 nodes leads through gateway" in output
    assert json.loads(said(capsys, "graph", "analysis", "--url", url, "--json"))["entries"]


def test_the_blast_radius_of_one_node(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    output = said(capsys, "graph", "analysis", "--url", url, "--node", "demo:shop:ratings")
    assert output.startswith("If ratings fails, 4 others are affected")
    assert "demo:shop:reviews: 64.9 % of its requests" in output
    assert run("graph", "analysis", "--url", url, "--node", "demo:shop:rating") == 1
    assert "could not find" in capsys.readouterr().err
