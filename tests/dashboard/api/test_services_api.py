"""/api/v1/services on the real engine."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from dashboard.api.service_body import ServiceBody, ServicesBody
from meshhub.errors import StorageError
from meshhub.model import Signal
from meshhub.testing.fake_reads import FakeReads
from meshhub.testing.otlp import Proxy, access_log, inbound, load, logs_request, outbound
from storage.client import Store

Ask = Callable[..., httpx.Response]
SPACE = "services-api"
FRONT, BACK = Proxy("front", SPACE), Proxy("back", SPACE)


@pytest.fixture(scope="module")
def sent(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    """front calls back 120 times; a fifth fails."""
    folder: Path = tmp_path_factory.mktemp("services-api")
    start = time.time_ns() - 90 * 1_000_000_000
    calls, answers = [], []
    for index in range(120):
        at = start + index * 500_000_000
        failed = {"response_code": "503", "response_flags": "UF"} if index % 5 == 0 else {}
        calls.append(access_log(at, outbound(FRONT, BACK, route_name="all", duration_us="20000", **failed)))
        if not failed:
            answers.append(access_log(at, inbound(FRONT, BACK, duration_us="19000")))
    load(embedded_store, folder, Signal.LOGS, [logs_request(FRONT, calls), logs_request(BACK, answers)])


def own(get: Ask) -> dict[str, Any]:
    body = get("/api/v1/services", {"window": "5m"}).json()
    TypeAdapter(ServicesBody).validate_python(body, extra="forbid")
    return {each["service"]: each for each in body["services"] if each["namespace"] == SPACE}


def test_the_list_has_health_with_reasons_and_latency_of_all_callers(get: Ask, sent: None) -> None:
    back = own(get)["back"]
    assert (back["requests"], back["error_share"], back["side"]) == (120, 0.2, "callers")
    assert back["verdict"]["health"] == "failing"
    assert back["verdict"]["reasons"][0]["code"]
    assert back["latency_ms"]["p95"] == pytest.approx(20, rel=0.05)
    assert sum(back["course"]) == 120
    assert own(get)["front"]["side"] == "calls"


def test_one_service_is_described_in_full(get: Ask, sent: None) -> None:
    body = get(f"/api/v1/services/lab:{SPACE}:back", {"window": "5m"}).json()
    TypeAdapter(ServiceBody).validate_python(body, extra="forbid")
    assert sum(step["requests"] for step in body["series"]["steps"]) == 120
    assert [route["route"] for route in body["routes"]] == ["all"]
    assert body["versions"][0]["standing"] == "base"
    assert body["instances"][0]["instance"] == "back-v1-1"
    assert [(flag["flag"], flag["requests"]) for flag in body["response_flags"]] == [("UF", 24)]
    assert body["sides"] == {"callers": 120, "own": 96}
    assert body["recent"]["failures"][0]["response_flags"] == "UF"
    assert body["slos"] == []
    assert len(body["inbound"]) == 1


def test_the_side_can_be_chosen(get: Ask, sent: None) -> None:
    body = get(f"/api/v1/services/lab:{SPACE}:back", {"window": "5m", "side": "own"}).json()
    assert (body["side"], body["routes"][0]["requests"], body["response_flags"]) == ("own", 96, [])


@pytest.mark.parametrize("unknown", ["nobody", f"lab:{SPACE}:bakc", "%F0%9F%98%80" * 20, "a/b/../c", "'; DROP TABLE x"])
def test_an_unknown_service_is_404_and_says_what_was_searched(get: Ask, sent: None, unknown: str) -> None:
    answer = get(f"/api/v1/services/{unknown}")
    assert answer.status_code == 404
    assert "could not find the service" in answer.json()["detail"]


def test_close_ids_are_named(get: Ask, sent: None) -> None:
    assert f"lab:{SPACE}:back" in get(f"/api/v1/services/lab:{SPACE}:bakc").json()["detail"]


@pytest.mark.parametrize(
    ("query", "status"),
    [("?window=soon", 400), ("?start=2026-01-02T00:00:00Z&end=2026-01-01T00:00:00Z", 400), ("/x?side=left", 422)],
)
def test_what_cannot_be_read_is_said(get: Ask, query: str, status: int) -> None:
    assert get(f"/api/v1/services{query}").status_code == status


def test_a_store_that_is_away_is_503(get_from: Callable[[Any, str], httpx.Response]) -> None:
    reads = FakeReads()
    reads.mood.failure = StorageError("could not reach the engine", retryable=True)
    assert get_from(reads, "/api/v1/services").status_code == 503
    assert get_from(reads, "/api/v1/services/demo:shop:ratings").status_code == 503
