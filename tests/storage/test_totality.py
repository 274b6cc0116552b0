"""No well-formed request fails an insert, and every span, log record and data point in it becomes a row."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span as OtlpSpan

from meshhub.model import Signal
from meshhub.testing import hostile
from meshhub.testing.by_ids import of_trace
from meshhub.testing.engine import open_store
from meshhub.testing.everything import contents, written
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import segment, span, traces_request
from storage.client import Store
from storage.records.spans import Span
from storage.settings import RetentionSettings, StorageSettings

NOW = time.time_ns()
REQUESTS = hostile.requests(NOW)
KEEP = RetentionSettings(spans=3650, access_logs=3650, logs=3650, edges=3650, metrics=3650)
NO_RECORDED_VALUE = 1
POINTS = {"gauge", "sum", "histogram", "exponential_histogram", "summary"}

thorough = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def keeping() -> Store:
    """A store that drops nothing for its age, so that rows can be counted. In process: the bytes are the same."""
    store = open_store(StorageSettings(database=f"meshhub_keeping_{time.time_ns()}", retention=KEEP))
    store.migrations.apply()
    return store


def expected(signal: Signal, requests: Iterable[Any]) -> Counter[str]:
    """The rows that the requests should leave, by table."""
    if signal is Signal.TRACES:
        return Counter(
            "spans" for request in requests for _ in records(request, "resource_spans", "scope_spans", "spans")
        )
    if signal is Signal.LOGS:
        return Counter(
            "access_logs" if any(attribute.key == "response_flags" for attribute in record.attributes) else "logs"
            for request in requests
            for record in records(request, "resource_logs", "scope_logs", "log_records")
        )
    return Counter(
        f"metrics_{kind}"
        for request in requests
        for metric in records(request, "resource_metrics", "scope_metrics", "metrics")
        for kind in POINTS & {metric.WhichOneof("data")}
        for point in getattr(metric, kind).data_points
        if not point.flags & NO_RECORDED_VALUE
    )


def records(message: Any, *path: str) -> Iterator[Any]:
    if not path:
        yield message
        return
    for inner in getattr(message, path[0]):
        yield from records(inner, *path[1:])


def left_by(store: Store, folder: Path, signal: Signal, requests: list[Any]) -> Counter[str]:
    """The rows that inserting the requests leaves, by table; none are lost to what is counted in other ways."""
    before = contents(store)
    written(folder, signal, segment(requests, received=NOW), f"{signal}-{time.time_ns()}").load(store)
    after = contents(store)
    tables = [table for table in after if table.startswith("metrics_") or table in {"spans", "access_logs", "logs"}]
    return +Counter({table: after[table] - before[table] for table in tables})


@thorough
@given(requests=st.lists(REQUESTS["traces"], min_size=1, max_size=12))
def test_every_span_becomes_a_row(keeping: Store, folder: Path, requests: list[Any]) -> None:
    assert left_by(keeping, folder, Signal.TRACES, requests) == expected(Signal.TRACES, requests)
    sent = (made for request in requests for made in records(request, "resource_spans", "scope_spans", "spans"))
    for trace_id in {made.trace_id[-16:] for made in islice(sent, 3)}:
        found = keeping.query("spans_by_ids", of_trace(keeping, trace_id.hex()), Span)
        assert found or not any(trace_id)


@thorough
@given(requests=st.lists(REQUESTS["logs"], min_size=1, max_size=12))
def test_every_log_record_becomes_a_row(keeping: Store, folder: Path, requests: list[Any]) -> None:
    assert left_by(keeping, folder, Signal.LOGS, requests) == expected(Signal.LOGS, requests)


@thorough
@given(requests=st.lists(REQUESTS["metrics"], min_size=1, max_size=12))
def test_every_data_point_becomes_a_row(keeping: Store, folder: Path, requests: list[Any]) -> None:
    assert left_by(keeping, folder, Signal.METRICS, requests) == expected(Signal.METRICS, requests)


def test_size_does_not_matter(keeping: Store, folder: Path) -> None:
    exchange = Exchange.recent()
    huge = [span_of(exchange, {"huge": "x" * 10_000_000, "k" * 100_000: "", **{f"key-{n}": "v" for n in range(5_000)}})]
    many = [span_of(exchange, {}) for _ in range(50_000)]
    requests = [traces_request(exchange.caller, spans) for spans in (huge, many)]
    assert left_by(keeping, folder, Signal.TRACES, requests) == {"spans": 50_001}


def test_a_clock_that_is_wrong_fails_no_insert(keeping: Store, folder: Path) -> None:
    exchange = Exchange.recent()
    request = traces_request(exchange.caller, [span_of(exchange, {})])
    for received in (0, 2**63, 2**64 - 1):
        content = segment([request], received=received)
        written(folder, Signal.TRACES, content, f"{exchange.trace}-{received}").load(keeping)


def span_of(exchange: Exchange, attributes: dict[str, str]) -> OtlpSpan:
    return span(
        "", OtlpSpan.SPAN_KIND_SERVER, trace_id=exchange.trace, span_id="01" * 8, start=exchange.start, duration=1,
        attributes=attributes,
    )  # fmt: skip
