"""Services in lines of text, by value, and over a running hub."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.text import Text

from dashboard.api.service_view import show_service, show_services
from meshhub.cli import main, service_table
from meshhub.model import TimeRange
from meshhub.testing import graphs
from meshhub.testing.fake_reads import FakeReads
from meshhub.testing.hub import RunningHub

WINDOW = TimeRange.last(timedelta(minutes=15), now=datetime(2026, 3, 1, 14, tzinfo=UTC))


def sent(body: Any) -> Any:
    """As the API sends it."""
    return json.loads(json.dumps(body, default=lambda value: value.isoformat() if value else None))


def listed(reads: FakeReads) -> Any:
    found = reads.services.services(WINDOW)
    return sent(show_services(found, reads.insights.health(found.graph)))


def one(reads: FakeReads, node_id: str) -> Any:
    found = reads.services.service(node_id, WINDOW)
    health = reads.insights.health(found.graph)
    return sent(show_service(found, health.nodes[node_id], reads.insights.node_series(node_id, WINDOW)))


def texts(row: tuple[str | Text, ...]) -> list[str]:
    return [str(cell) for cell in row]


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code if isinstance(ended.value.code, int) else 0


def test_what_hurts_most_comes_first_with_its_reason() -> None:
    rows = [dict(zip(service_table.HEADS, texts(row), strict=True)) for row in service_table.rows(listed(FakeReads()))]
    worst = rows[0]
    assert (worst["Id"], worst["Health"], worst["Errors"]) == ("demo:shop:ratings", "failing", "12.2 %")
    assert (worst["p95"], worst["p95 before"], worst["Instances"]) == ("10.2 ms", "4.1 ms", "4")
    assert "≥ 10 %" in worst["Why"]
    bank = next(row for row in rows if row["Id"] == "external:bank.example")
    assert bank["Instances"] == "–"


def test_the_list_says_what_it_covers_and_what_to_do_where_it_is_empty() -> None:
    assert service_table.summary(listed(FakeReads())).startswith("12 services in 15 min up to 2026-03-01T14:00:00")
    assert service_table.summary(listed(FakeReads(graphs.empty))).startswith("No services with calls in 15 min")


def test_a_service_has_words_first_then_its_tables() -> None:
    body = one(FakeReads(), "demo:shop:reviews")
    lines = [str(line) for line in service_table.heading(body)]
    assert lines[:2] == ["reviews  demo:shop:reviews", "degraded"]
    assert lines[-1] == "Numbers as its callers' proxies saw it."
    found = {title: [texts(row) for row in rows] for title, _, rows, _ in service_table.tables(body)}
    assert list(found) == ["Versions", "Instances", "Routes"]
    assert found["Versions"][2][0] == "v3"
    assert found["Versions"][2][-1].startswith("More errors: 1.21% (102 of 8,460)")
    assert "of the median of the 3 others" in found["Instances"][0][-1]


def test_a_hub_is_asked(hub: RunningHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("services", "--url", hub.url, "--window", "5m", "--json") == 0
    assert "services" in json.loads(capsys.readouterr().out)
    assert run("services", "no:such:service", "--url", hub.url) == 1
    assert capsys.readouterr().err.startswith("meshhub: could not find the service no:such:service")
