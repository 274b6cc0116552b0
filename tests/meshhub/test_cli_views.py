"""The graph and a request in lines of text, by value."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.text import Text

from dashboard.api.graph_view import show_graph
from dashboard.api.journey_view import show_journey
from dashboard.reads.hub import DataAge
from meshhub.cli import graph_table, waterfall
from meshhub.cli.output import print_table, printable
from meshhub.model import TimeRange
from meshhub.testing import graphs, journeys

WINDOW = TimeRange.last(timedelta(minutes=15), now=datetime(2026, 3, 1, 14, tzinfo=UTC))


def texts(row: tuple[str | Text, ...]) -> list[str]:
    return [str(cell) for cell in row]


def sent(body: Any) -> Any:
    """As the API sends it."""
    return json.loads(json.dumps(body, default=lambda value: value.isoformat() if value else None))


def test_hops_are_indented_below_who_made_them_with_bars_on_one_axis() -> None:
    rows = [texts(row) for row in waterfall.rows(sent(show_journey(journeys.sampled())))]
    assert rows[0] == ["1", "? → gateway:v1  POST /checkout/91", "200", "186 ms", "server", "█" * 40]
    assert rows[3] == ["1.1.1.1", "      cart:v1 → sessions:v1  TCP", "ok", "1.3 ms", "client + server", " █"]
    assert rows[5][2] == "200 UT 2 attempts"


def test_what_failed_is_explained_and_what_went_well_is_not() -> None:
    failed = [str(line) for line in waterfall.findings(sent(show_journey(journeys.failed())))]
    assert "client of 1.1.1: UH No host of the upstream cluster was healthy: nothing was tried." in failed
    assert "hop 1.1.1: The proxy of reviews did not report: the request never reached it." in failed
    well = [str(line) for line in waterfall.findings(sent(show_journey(journeys.unsampled())))]
    assert [line for line in well if "via_upstream" in line] == []


def test_the_heading_says_how_it_ended_and_why_there_are_no_spans() -> None:
    lines = [str(line) for line in waterfall.heading(sent(show_journey(journeys.failed())))]
    assert lines[0] == f"request {journeys.failed().request_id}"
    assert lines[1].endswith("5xx; from 4 access logs, 0 spans and 0 log lines")
    assert lines[2].startswith("The request id says that the gateway did not sample this request")


@pytest.mark.parametrize(
    ("start", "length", "total", "expected"),
    [
        (0, 100, 100, "██████████"),
        (50, 50, 100, "     █████"),
        (0, 0, 100, "█"),
        (100, 10, 100, "         █"),
        (-20, 10, 100, "█"),
        (90, 500, 100, "         █"),
        (0, 0, 0, "█"),
    ],
)
def test_bars_stay_within_the_axis(start: int, length: int, total: int, expected: str) -> None:
    assert waterfall.bar(start, length, total, width=10) == expected


def test_edges_come_busiest_first_with_what_each_side_measured() -> None:
    body = sent(show_graph(graphs.shop(WINDOW), DataAge(1.4, 2, None), reports=True))
    rows = [dict(zip(graph_table.EDGE_HEADS, texts(row), strict=True)) for row in graph_table.edge_rows(body)]
    edges = {(row["From"], row["To"]): row for row in rows}
    ratings = edges["reviews.shop", "ratings.shop"]
    assert ratings["Errors"] == "12.2 %"
    assert ratings["Flags"] == "UF 8784, UO 2196"
    assert ratings["Measured at"] == "both ends"
    assert edges["payment.finance", "bank.example"]["Measured at"] == "client only"
    assert rows[0]["Rate"] == "412/s"
    assert rows[-1]["p50"] == "–"
    assert graph_table.summary(body) == (
        "13 nodes, 16 edges in 15 min up to 2026-03-01T14:00:00+00:00; newest access log 1.4 s old."
    )


def test_an_empty_graph_says_so_and_what_to_do() -> None:
    body = sent(show_graph(graphs.empty(WINDOW), DataAge(None, None, None), reports=True))
    assert graph_table.summary(body).startswith("No calls in 15 min up to ")
    assert "meshhub demo" in graph_table.summary(body)


def test_what_telemetry_says_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("Path",), [("/a\x1b]0;owned\x07\x9b31m[bold]\u202e",), (Text("/b\x1b[2J", style="red"),)])
    output = capsys.readouterr().out
    assert "/a�]0;owned�31m[bold]�" in output
    assert "/b�[2J" in output
    assert str(printable("plain µs → █")) == "plain µs → █"
