"""The API on the real engine: what proxies and applications send over OTLP comes out as documented."""

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pydantic import TypeAdapter

from dashboard.api.graph_body import GraphBody
from dashboard.api.hub_body import HubBody
from dashboard.api.journey_body import JourneyBody
from meshhub.model import Signal
from meshhub.testing.otlp import (
    Proxy,
    access_log,
    inbound,
    key_values,
    load,
    logs_request,
    outbound,
    proxy_attributes,
    span,
    traces_request,
)
from storage.client import Store

MILLISECOND = 1_000_000
Ask = Callable[..., httpx.Response]

# Names of this module's own: other tests share the store.
NAMESPACE = "api-test"
GATEWAY = Proxy("entrance", NAMESPACE, role="gateway")
FRONT = Proxy("front", NAMESPACE)
BACK = Proxy("back", NAMESPACE, version="v2")
TRACE = uuid.uuid4().hex


def request_id(nibble: str) -> str:
    text = str(uuid.uuid4())
    return f"{text[:14]}{nibble}{text[15:]}"


SAMPLED, UNSAMPLED = request_id("9"), request_id("4")
ODD_ID = "order 47/11?<b>ü#%00"


def sends(start: int, identifier: str, trace_id: str) -> list[Any]:
    """What the proxies send of: entrance → front → back, the second call retried once."""

    def at(offset: float, attributes: dict[str, str], span_id: str) -> LogRecord:
        named = {"request_id": identifier, **attributes}
        return access_log(start + round(offset * MILLISECOND), named, trace_id=trace_id, span_id=span_id * 8)

    slow = {"duration_us": "90000", "upstream_first_byte_us": "85000", "upstream_queue_us": "300"}
    retried = {"duration_us": "60000", "request_attempts": "2"}
    failed = {"duration_us": "10000", "response_code": "503", "response_code_details": "via_upstream"}
    return [
        logs_request(GATEWAY, [at(0, outbound(GATEWAY, FRONT, path="/buy", **slow), "01")]),
        logs_request(
            FRONT,
            [
                at(1, inbound(GATEWAY, FRONT, path="/buy", duration_us="84000"), "02"),
                at(10, outbound(FRONT, BACK, **retried), "03"),
            ],
        ),
        logs_request(
            BACK,
            [
                at(11, inbound(FRONT, BACK, **failed), "04"),
                at(40, inbound(FRONT, BACK, duration_us="20000"), "05"),
            ],
        ),
    ]


def application_spans(start: int) -> list[Any]:
    def proxy_span(name: str, kind: "Span.SpanKind.ValueType", own: str, parent: str) -> Span:
        return span(
            name,
            kind,
            trace_id=TRACE,
            span_id=own * 8,
            parent_span_id=parent * 8,
            start=start,
            duration=MILLISECOND,
            attributes=proxy_attributes(SAMPLED),
        )

    work = span(
        "buy",
        Span.SPAN_KIND_INTERNAL,
        trace_id=TRACE,
        span_id="aa" * 8,
        parent_span_id="02" * 8,
        start=start + 2 * MILLISECOND,
        duration=70 * MILLISECOND,
    )
    return [
        traces_request(GATEWAY, [proxy_span("egress front", Span.SPAN_KIND_CLIENT, "01", "")]),
        traces_request(
            FRONT,
            [
                proxy_span("ingress", Span.SPAN_KIND_SERVER, "02", "01"),
                proxy_span("egress back", Span.SPAN_KIND_CLIENT, "03", "aa"),
            ],
        ),
        traces_request(FRONT, [work], scope="shop"),
    ]


@pytest.fixture(scope="module")
def sent(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Loads one sampled request, one that was not, and one with an odd id; returns when they started."""
    directory: Path = tmp_path_factory.mktemp("segments")
    start = time.time_ns() - 30 * 1_000_000_000
    line = LogRecord(
        time_unix_nano=start + 20 * MILLISECOND,
        trace_id=bytes.fromhex(TRACE),
        span_id=bytes.fromhex("aa" * 8),
        severity_text="WARN",
        attributes=key_values({"order": "91"}),
    )
    line.body.string_value = "paid late"
    logs = sends(start, SAMPLED, TRACE) + sends(start, UNSAMPLED, "") + sends(start, ODD_ID, "")
    load(embedded_store, directory, Signal.LOGS, [*logs, logs_request(FRONT, [line])])
    load(embedded_store, directory, Signal.TRACES, application_spans(start))
    return start


@pytest.fixture
def graph(get: Ask, sent: int) -> dict[str, Any]:
    """The graph with this module's nodes and edges only."""
    body = get("/api/v1/graph", {"window": "5m"}).json()
    TypeAdapter(GraphBody).validate_python(body, extra="forbid")
    body["nodes"] = [node for node in body["nodes"] if node["namespace"] == NAMESPACE]
    body["edges"] = [edge for edge in body["edges"] if edge["destination"]["namespace"] == NAMESPACE]
    found: dict[str, Any] = body
    return found


def hops(journey: dict[str, Any]) -> list[str]:
    return [f"{hop['id']} {hop['source']['service']}-{hop['destination']['service']}" for hop in journey["hops"]]


def test_an_unsampled_request_shows_every_hop_from_access_logs(get: Ask, sent: int) -> None:
    answer = get(f"/api/v1/requests/{UNSAMPLED}")
    journey = answer.json()
    TypeAdapter(JourneyBody).validate_python(journey, extra="forbid")
    assert answer.headers["content-type"] == "application/json"
    assert hops(journey) == ["1 entrance-front", "1.1 front-back"]
    assert journey["sampling"]["decision"] == "not_traced"
    assert journey["found"] == {"access_logs": 5, "spans": 0, "logs": 0, "truncated": False}
    retried = journey["hops"][1]
    assert [attempt["server"]["response_code"] for attempt in retried["attempts"]] == [503, 200]
    assert (retried["outcome"], retried["client"]["attempts"], retried["client"]["tls"]["security"]) == (
        "ok",
        2,
        "mtls",
    )
    assert journey["hops"][0]["network_us"] == 1000
    assert journey["start_unix_nano"] == str(sent)


def test_a_sampled_request_shows_spans_and_lines_with_it(get: Ask, sent: int) -> None:
    journey = get(f"/api/v1/requests/{SAMPLED}").json()
    TypeAdapter(JourneyBody).validate_python(journey, extra="forbid")
    assert hops(journey) == ["1 entrance-front", "1.1 front-back"]
    assert journey["trace_ids"] == [TRACE]
    assert journey["sampling"]["text"].startswith("Traced with 4 spans")
    assert journey["hops"][0]["client"]["span"]["name"] == "egress front"
    front = next(workload for workload in journey["workloads"] if workload["service"] == "front")
    assert [(each["name"], each["start_us"], each["hop"]) for each in front["spans"]] == [("buy", 2000, "1")]
    assert [(each["body"], each["attributes"], each["hop"]) for each in front["logs"]] == [
        ("paid late", {"order": "91"}, "1")
    ]


@pytest.mark.parametrize(
    "written",
    [UNSAMPLED.upper(), UNSAMPLED.replace("-", ""), UNSAMPLED.replace("-", "").upper()],
    ids=["upper case", "no dashes", "neither"],
)
def test_a_request_is_found_however_its_id_is_written(get: Ask, sent: int, written: str) -> None:
    assert get(f"/api/v1/requests/{written}").json()["request_id"] == UNSAMPLED


@pytest.mark.parametrize("written", [TRACE, TRACE.upper()], ids=["lower case", "upper case"])
def test_a_request_is_found_by_its_trace(get: Ask, sent: int, written: str) -> None:
    assert get(f"/api/v1/requests/{written}").json()["request_id"] == SAMPLED


def test_an_id_may_have_any_characters(get: Ask, sent: int) -> None:
    journey = get(f"/api/v1/requests/{quote(ODD_ID, safe='')}").json()
    assert (journey["request_id"], len(journey["hops"])) == (ODD_ID, 2)
    assert journey["sampling"]["decision"] == "foreign_id"


@pytest.mark.parametrize(
    "unknown", ["nothing", "x" * 256, "%F0%9F%98%80", "%00", "'; DROP TABLE spans", "a/b/../c", "f" * 32]
)
def test_an_unknown_id_says_what_was_searched(get: Ask, unknown: str) -> None:
    answer = get(f"/api/v1/requests/{unknown}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "no access log, span or application log" in answer.json()["detail"]


def test_an_id_that_is_too_long_is_refused(get: Ask) -> None:
    answer = get(f"/api/v1/requests/{'x' * 257}")
    assert (answer.status_code, answer.json()["faults"][0]["at"]) == (422, "path.request_id")


def test_the_graph_has_both_views_of_every_edge(graph: dict[str, Any]) -> None:
    assert [node["id"] for node in graph["nodes"]] == [
        "lab:api-test:back",
        "lab:api-test:entrance",
        "lab:api-test:front",
    ]
    assert [node["kind"] for node in graph["nodes"]] == ["service", "gateway", "service"]
    outer, inner = graph["edges"]
    assert (outer["source"]["service"], outer["destination"]["service"], outer["headline"]) == (
        "entrance",
        "front",
        "client",
    )
    assert outer["requests"] == 3
    assert outer["mtls_share"] == 1
    assert outer["latency_ms"]["p50"] == pytest.approx(90, rel=0.05)
    assert outer["rate_per_second"] == pytest.approx(3 / graph["window"]["seconds"])
    client, server = inner["reports"]["client"], inner["reports"]["server"]
    assert (client["requests"], client["attempts"], client["retries"], client["errors"]) == (3, 6, 3, {})
    assert (server["requests"], server["errors"], server["error_share"]) == (6, {"5xx": 3}, 0.5)
    assert (client["versions"], server["versions"]) == (
        {"source": {"v1": 3}, "destination": {}},
        {"source": {}, "destination": {"v2": 6}},
    )
    assert inner["id"] == "lab:api-test:front~lab:api-test:back~http"


def test_the_graph_comes_without_reports_on_demand(get: Ask, sent: int) -> None:
    body = get("/api/v1/graph", {"window": "5m", "reports": "false"}).json()
    TypeAdapter(GraphBody).validate_python(body, extra="forbid")
    assert {edge["reports"] for edge in body["edges"]} == {None}


def test_a_window_without_traffic_is_an_empty_graph(get: Ask) -> None:
    body = get("/api/v1/graph", {"start": "2026-01-01T00:00:00Z", "window": "1h"}).json()
    assert (body["nodes"], body["edges"], body["window"]["seconds"]) == ([], [], 3600)


@pytest.mark.parametrize("path", ["graph", "hub"])
@pytest.mark.parametrize("parameters", [{"window": "1y"}, {"start": "2026"}, {"end": "2199-01-01T00:00:00Z"}])
def test_an_unusable_window_is_a_problem_with_its_reason(get: Ask, path: str, parameters: dict[str, str]) -> None:
    answer = get(f"/api/v1/{path}", parameters)
    assert (answer.status_code, answer.json()["title"]) == (400, "Bad Request")
    assert answer.json()["detail"].startswith("could not ")


def test_the_hub_tells_its_tables_and_the_age_of_its_data(get: Ask, sent: int) -> None:
    body = get("/api/v1/hub", {"metric": "meshhub.receiver.accepted"}).json()
    TypeAdapter(HubBody).validate_python(body, extra="forbid")
    tables = {table["name"]: table for table in body["tables"]}
    assert tables["access_logs"]["rows"] >= 15
    assert 0 <= body["freshness"]["access_logs"] < 60
