"""Insights on the real engine: what proxies send comes out as courses, comparisons and verdicts."""

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.reads import Reads
from dashboard.reads.insights import time_before
from meshhub.clock import SystemClock
from meshhub.errors import NotFound
from meshhub.model import Signal, TimeRange
from meshhub.testing.otlp import Proxy, access_log, inbound, load, logs_request, outbound
from storage.client import Store
from storage.settings import RetentionSettings
from topology.diff.model import Change
from topology.health import Health

SPACE = f"insight{secrets.token_hex(3)}"
FRONT, BACK = Proxy("front", SPACE), Proxy("back", SPACE)
EDGE = f"lab:{SPACE}:front~lab:{SPACE}:back~http"
NOW = int(time.time() // 60) * 60 - 3600
BEFORE = TimeRange(datetime.fromtimestamp(NOW - 300, UTC), datetime.fromtimestamp(NOW, UTC))
AFTER = TimeRange(datetime.fromtimestamp(NOW, UTC), datetime.fromtimestamp(NOW + 300, UTC))


@pytest.fixture(scope="module")
def reads(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Reads:
    """Ten minutes of calls, of which every fifth fails in the second five."""
    sent: dict[str, list[Any]] = {"front": [], "back": []}
    for second in range(-300, 300):
        at = (NOW + second) * 1_000_000_000
        failed = {"response_code": "503", "response_flags": "UF"} if second >= 0 and second % 5 == 0 else {}
        sent["front"].append(access_log(at, outbound(FRONT, BACK, **failed)))
        sent["back"].append(access_log(at, inbound(FRONT, BACK)))
    requests = [logs_request(FRONT, sent["front"]), logs_request(BACK, sent["back"])]
    load(embedded_store, tmp_path_factory.mktemp("segments"), Signal.LOGS, requests)
    return Reads(embedded_store, SystemClock())


def test_an_edge_has_every_step_of_both_views(reads: Reads) -> None:
    calls = reads.insights.edge_series(EDGE, TimeRange(BEFORE.start, AFTER.end)).calls
    assert calls.step_seconds == 10
    assert calls.client is not None
    assert calls.server is not None
    assert len(calls.client) == len(calls.server) == 60
    assert [step.requests for step in calls.client] == [10] * 60
    assert sum(step.errors.get("5xx", 0) for step in calls.client) == 60
    assert all(not step.errors for step in calls.client[:30])
    assert all(not step.errors for step in calls.server)
    assert set(calls.client[0].latency) == {"p50", "p90", "p95", "p99"}


def test_longer_steps_say_the_same(reads: Reads) -> None:
    wide = TimeRange(BEFORE.start - timedelta(hours=2), AFTER.end)
    calls = reads.insights.edge_series(EDGE, wide).calls
    assert calls.step_seconds == 120
    assert calls.client is not None
    assert sum(step.requests for step in calls.client) == 600
    assert sum(step.errors.get("5xx", 0) for step in calls.client) == 60
    assert any(not step.requests and not step.latency for step in calls.client)


def test_a_node_has_what_goes_in_and_out(reads: Reads) -> None:
    series = reads.insights.node_series(f"lab:{SPACE}:back", AFTER)
    assert series.inbound.client is not None
    assert series.inbound.server is not None
    assert sum(step.requests for step in series.inbound.server) == 300
    assert (series.outbound.client, series.outbound.server) == (None, None)


@pytest.mark.parametrize(
    "wanted", [f"lab:{SPACE}:bakc", f"lab:{SPACE}:front~lab:{SPACE}:bakc~http"], ids=["node", "edge"]
)
def test_an_unknown_id_is_not_found_and_the_closest_is_named(reads: Reads, wanted: str) -> None:
    ask = reads.insights.edge_series if "~" in wanted else reads.insights.node_series
    with pytest.raises(NotFound, match=rf"Did you mean .*{SPACE}:back"):
        ask(wanted, AFTER)
    with pytest.raises(NotFound):
        ask(wanted, TimeRange(AFTER.start - timedelta(days=30), AFTER.start - timedelta(days=29)))


def test_the_comparison_shows_what_the_fault_changed(reads: Reads) -> None:
    diff = reads.insights.diff(BEFORE, AFTER)
    (edge,) = (edge for edge in diff.edges if edge.id == EDGE)
    assert edge.change is Change.WORSE
    assert edge.words[0].text == "0 % → 20 % failed: 0 of 300, then 60 of 300 (p < 0.001)"


def test_health_is_compared_with_the_time_before(reads: Reads) -> None:
    graph = reads.graphs.graph(AFTER)
    report = reads.insights.health(graph)
    assert report.edges[EDGE].health is Health.FAILING
    assert report.edges[EDGE].reasons[0].text == "5xx 20 % ≥ 10 %, baseline 0 %"
    assert report.baseline is not None
    assert report.baseline.end == AFTER.start


def test_blast_radius_and_analysis_are_of_the_graph(reads: Reads) -> None:
    graph = reads.graphs.graph(AFTER)
    radius = reads.insights.blast_radius(graph, f"lab:{SPACE}:back")
    assert [each.node for each in radius.affected] == [f"lab:{SPACE}:front"]
    assert f"lab:{SPACE}:front" in reads.insights.analysis(graph).entries
    with pytest.raises(NotFound, match="Did you mean"):
        reads.insights.blast_radius(graph, f"lab:{SPACE}:bac")


def test_the_time_before_moves_in_steps() -> None:
    window = TimeRange(AFTER.start + timedelta(seconds=7), AFTER.end + timedelta(seconds=7))
    assert time_before(window) == time_before(AFTER) == BEFORE


def test_a_window_beyond_the_retention_says_what_that_is(embedded_store: Store) -> None:
    kept = Reads(embedded_store, SystemClock(), retention=RetentionSettings(edges=3))
    old = TimeRange(BEFORE.start - timedelta(days=5), BEFORE.start - timedelta(days=4))
    (note,) = kept.graphs.graph(old).notes
    assert (note.code, "3 days" in note.text) == ("beyond-retention", True)
    assert kept.graphs.graph(BEFORE).notes == ()


def test_a_fault_of_the_last_seconds_shows_in_a_live_window_of_five_minutes(
    embedded_store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    space = f"recent{secrets.token_hex(3)}"
    front, back = Proxy("front", space), Proxy("back", space)
    now = int(time.time()) + 5
    failed = {"response_code": "503", "response_flags": "UF"}
    sent = [
        access_log((now - age) * 1_000_000_000, outbound(front, back, **(failed if age < 8 else {})))
        for age in range(1, 260)
        for _ in range(3)
    ]
    load(embedded_store, tmp_path_factory.mktemp("segments"), Signal.LOGS, [logs_request(front, sent)])
    reads = Reads(embedded_store, SystemClock())
    window = TimeRange.last(timedelta(minutes=5), now=datetime.fromtimestamp(now, UTC))
    graph = reads.graphs.graph(window)
    verdict = next(each for name, each in reads.insights.health(graph).edges.items() if f":{space}:front~" in name)
    assert verdict.health is Health.FAILING
    assert verdict.reasons[0].code == "errors-now"
    assert "most UF" in verdict.reasons[0].text
