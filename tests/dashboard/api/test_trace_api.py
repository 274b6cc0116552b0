"""/api/v1/traces on made-up rows, and its queries on the real engine."""

import asyncio
import json
import secrets
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from opentelemetry.proto.trace.v1.trace_pb2 import Span as OtlpSpan

from dashboard.api.routes.traces import add_routes
from dashboard.reads.traces import TraceReads
from meshhub.clock import SystemClock
from meshhub.model import Signal
from meshhub.testing.fake_traces import FakeTraceReads
from meshhub.testing.mood import Mood
from meshhub.testing.otlp import Proxy, load, span, traces_request
from meshhub.testing.traces import HOSTILE_ID, OTHER_ID, TRACE_ID
from meshhub.web.problems import handle_errors
from storage.client import Store
from traces.trace_files import MAX_BYTES

MS = 1_000_000


def app_of(reads: TraceReads) -> FastAPI:
    app, router = FastAPI(), APIRouter(prefix="/api/v1")
    handle_errors(app)
    add_routes(router, reads)
    app.include_router(router)
    return app


def send(app: FastAPI, method: str, path: str, **options: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub") as client:
            return await client.request(method, path, **options)

    return asyncio.run(ask())


@pytest.fixture
def app() -> FastAPI:
    return app_of(FakeTraceReads(Mood()))


@pytest.mark.parametrize("written", [TRACE_ID, TRACE_ID.upper(), f"00-{TRACE_ID}-0102030405060708-01"])
def test_a_trace_is_found_however_its_id_is_written(app: FastAPI, written: str) -> None:
    body = send(app, "GET", f"/api/v1/traces/{written}").json()
    assert body["trace_id"] == TRACE_ID
    assert body["spans"][0]["parent"] is None
    assert body["spans"][1]["parent"] == 0
    assert {note["code"] for note in body["notes"]} == {"clock-skew", "missing-span"}
    assert [clock["service"] for clock in body["clocks"]] == ["payment"]
    assert sum(last - first for each in body["spans"] for first, last in each["critical"]) == body["length_ns"]


def test_what_cannot_be_found_says_why(app: FastAPI) -> None:
    missing = send(app, "GET", f"/api/v1/traces/{'12' * 16}")
    assert (missing.status_code, "no span within the retention" in missing.json()["detail"]) == (404, True)
    foreign = send(app, "GET", "/api/v1/traces/not-an-id")
    assert (foreign.status_code, "hex digits" in foreign.json()["detail"]) == (400, True)
    assert send(app, "GET", f"/api/v1/traces/{'a' * 300}").status_code == 422
    assert send(app, "GET", "/api/v1/traces/file-unknown").status_code == 404


@pytest.mark.parametrize("form", ["otlp", "jaeger"])
def test_a_download_is_whole_and_can_be_opened_again(app: FastAPI, form: str) -> None:
    answer = send(app, "GET", f"/api/v1/traces/{HOSTILE_ID}", params={"format": form})
    assert answer.headers["content-disposition"] == f'attachment; filename="trace-{HOSTILE_ID}-{form}.json"'
    assert "x" * 1_000_000 in answer.text
    inspected = send(app, "POST", "/api/v1/traces/inspect", content=answer.content).json()
    (found,) = inspected["traces"]
    assert (inspected["kind"].lower(), found["spans"]) == (form, 5)
    again = send(app, "GET", f"/api/v1/traces/{found['name']}").json()
    assert [each["depth"] for each in again["spans"]] == [0, 0, 1, 0, 0]
    assert send(app, "GET", f"/api/v1/traces/{found['name']}", params={"format": "otlp"}).status_code == 200


def test_files_that_are_no_traces_are_refused(app: FastAPI) -> None:
    refused = send(app, "POST", "/api/v1/traces/inspect", content=b"hello")
    assert (refused.status_code, "no JSON" in refused.json()["detail"]) == (400, True)
    assert send(app, "POST", "/api/v1/traces/inspect", content=b" " * (MAX_BYTES + 1)).status_code == 413


def test_two_traces_are_compared(app: FastAPI) -> None:
    body = send(app, "GET", f"/api/v1/traces/{TRACE_ID}/compare/{OTHER_ID}").json()
    changes = {(each["service"], each["operation"]): each["change"] for each in body["differences"]}
    assert changes["stock", "ingress /stock/91"] == "added"
    assert changes["gateway", "ingress /checkout/91"] == "same"
    assert "count" in changes.values()


def test_on_the_engine_spans_hours_apart_are_one_trace(embedded_store: Store, tmp_path: Path) -> None:
    trace_id, now = secrets.token_hex(16), time.time_ns()
    made = [
        span("work", OtlpSpan.SPAN_KIND_SERVER, trace_id=trace_id, span_id=f"{number:016x}", duration=MS,
             start=now - hours * 3600 * 10**9)
        for number, hours in enumerate((11, 5, 0), 1)
    ]  # fmt: skip
    load(embedded_store, tmp_path, Signal.TRACES, [traces_request(Proxy("batch"), made)])
    body = send(app_of(TraceReads(embedded_store, SystemClock())), "GET", f"/api/v1/traces/{trace_id}").json()
    assert [each["start_ns"] // (3600 * 10**9) for each in body["spans"]] == [0, 6, 11]
    assert body["length_ns"] == 11 * 3600 * 10**9 + MS


def test_on_the_engine_values_are_cut_in_the_answer_and_whole_in_the_download(
    embedded_store: Store, tmp_path: Path
) -> None:
    trace_id, now = secrets.token_hex(16), time.time_ns()
    place = Proxy(f"peers-{secrets.token_hex(4)}")
    made = [
        span(
            "work", OtlpSpan.SPAN_KIND_SERVER, trace_id=trace_id, span_id=f"{number:016x}",
            parent_span_id="" if number == 1 else f"{1:016x}", start=now + number, duration=number * MS,
            attributes={"big": "ä" * 100_000},
        )
        for number in range(1, 41)
    ]  # fmt: skip
    load(embedded_store, tmp_path, Signal.TRACES, [traces_request(place, made)])
    reads = TraceReads(embedded_store, SystemClock())
    app = app_of(reads)
    body = send(app, "GET", f"/api/v1/traces/{trace_id}").json()
    assert [len(each["attributes"]["big"]) for each in body["spans"]] == [4_096] * 40
    written = json.loads(send(app, "GET", f"/api/v1/traces/{trace_id}?format=otlp").content)
    first = written["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    assert first["attributes"][0]["value"] == {"stringValue": "ä" * 100_000}
    chosen = next(each for each in reads.trace(trace_id).spans if each.length_ns == 31 * MS)
    rank = reads.rank(chosen)
    assert (rank.peers.spans, rank.peers.shorter, rank.seconds) == (40, 30, 3600)
    assert rank.shorter_share == 0.75
    assert rank.peers.lengths_ns[0] == pytest.approx(20.5 * MS)
