"""What OTLP asks of a receiver, the same for each protocol and encoding (opentelemetry-proto, specification.md)."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from google.rpc import code_pb2
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.journal.record import SMALLEST_MESSAGE
from collector.schema import SCHEMAS
from meshhub.model import Signal
from meshhub.testing.collecting import MemorySink, RunningCollector, running
from meshhub.testing.otlp_clients import Client, GrpcClient, HttpClient, Reply

MIB = 1024 * 1024
LIMITS = {
    "request_bytes": 2 * MIB,
    "compressed_bytes": MIB,
    "json_bytes": 2 * MIB,
    "records": 1000,
    "record_bytes": 100_000,
    "attributes": 20,
    "in_flight_bytes": 4 * MIB,
}
ClientMaker = Callable[[RunningCollector], Client]


def as_json(signal: Signal, body: bytes) -> bytes:
    """A request in OTLP/JSON, which is ProtoJSON but for the ids."""
    text = MessageToJson(SCHEMAS[signal].request.FromString(body), use_integers_for_enums=True)
    hexadecimal = re.sub(
        r'("(?:traceId|spanId|parentSpanId)": )"(.*?)"',
        lambda match: f'{match[1]}"{base64.b64decode(match[2]).hex()}"',
        text,
    )
    return hexadecimal.encode()


CLIENTS: dict[str, ClientMaker] = {
    "grpc": lambda hub: GrpcClient(hub.grpc_address),
    "http": lambda hub: HttpClient(hub.http_url),
    "json": lambda hub: HttpClient(hub.http_url, encode=as_json),
}
BINARY = pytest.mark.parametrize("make", [CLIENTS["grpc"], CLIENTS["http"]], ids=["grpc", "http"])
EACH = pytest.mark.parametrize("make", CLIENTS.values(), ids=CLIENTS)
COMPRESSED = [
    pytest.param(CLIENTS[client], compression, id=f"{client}-{compression}")
    for client in ("grpc", "http", "json")
    for compression in ("gzip", "deflate", "zstd")
    if (client, compression) != ("grpc", "zstd")  # gRPC has no zstd
]


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink()


@pytest.fixture
def hub(tmp_path: Path, sink: MemorySink) -> Iterator[RunningCollector]:
    with running(tmp_path, sink, limits=LIMITS) as hub:
        yield hub


def send(hub: RunningCollector, make: ClientMaker, body: bytes, signal: Signal = Signal.TRACES, **how: Any) -> Reply:
    client = make(hub)
    try:
        return client.send(signal, body, **how)
    finally:
        client.close()


def traces(count: int = 1, **fields: Any) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for number in range(count):
        spans.add(name=f"span-{number}", **fields)
    return request


def logs(count: int = 1) -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for number in range(count):
        records.add(time_unix_nano=number)
    return request


def metrics(count: int = 1) -> ExportMetricsServiceRequest:
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name="m")
    for number in range(count):
        metric.gauge.data_points.add(time_unix_nano=number)
    return request


REQUESTS: dict[Signal, Callable[[int], Message]] = {
    Signal.TRACES: traces,
    Signal.LOGS: logs,
    Signal.METRICS: metrics,
}


def stored(hub: RunningCollector, sink: MemorySink, signal: Signal = Signal.TRACES) -> list[bytes]:
    """What has come through, once everything has: the hub is stopped."""
    hub.stop()
    prefixes = [token for token in sink.segments if token.startswith(f"{signal}-")]
    assert len(prefixes) == len(sink.segments)
    return [message[:-SMALLEST_MESSAGE] for message in sink.messages]


@EACH
@pytest.mark.parametrize("signal", SCHEMAS)
def test_each_signal_is_taken_and_stored_as_it_was_sent(
    hub: RunningCollector, sink: MemorySink, make: ClientMaker, signal: Signal
) -> None:
    body = REQUESTS[signal](3).SerializeToString()

    assert send(hub, make, body, signal) == Reply(0)
    statistics = hub.collector.statistics().signals[signal]
    assert (statistics.accepted, statistics.rejected, statistics.refused_requests) == (3, 0, 0)
    assert stored(hub, sink, signal) == [body]


@EACH
@pytest.mark.parametrize("signal", SCHEMAS)
def test_an_empty_request_succeeds_and_stores_nothing(
    hub: RunningCollector, sink: MemorySink, make: ClientMaker, signal: Signal
) -> None:
    assert send(hub, make, b"", signal) == Reply(0)
    assert stored(hub, sink, signal) == []


@EACH
def test_full_success_leaves_partial_success_unset(hub: RunningCollector, make: ClientMaker) -> None:
    assert not send(hub, make, traces().SerializeToString()).partial


@pytest.mark.parametrize(("make", "compression"), COMPRESSED)
def test_compressed_requests_are_taken(
    hub: RunningCollector, sink: MemorySink, make: ClientMaker, compression: str
) -> None:
    body = traces(100).SerializeToString()

    assert send(hub, make, body, compression=compression) == Reply(0)
    assert stored(hub, sink) == [body]


@EACH
def test_of_a_request_with_bad_spans_the_good_ones_are_stored(
    hub: RunningCollector, sink: MemorySink, make: ClientMaker
) -> None:
    request = traces(3)
    span = request.resource_spans[0].scope_spans[0].spans[1]
    for number in range(21):
        span.attributes.add(key=f"key-{number}")
    reply = send(hub, make, request.SerializeToString())

    assert reply == Reply(0, "left out 1 spans: more than 20 attributes", rejected=1, partial=True)
    (body,) = stored(hub, sink)
    spans = ExportTraceServiceRequest.FromString(body).resource_spans[0].scope_spans[0].spans
    assert [entry.name for entry in spans] == ["span-0", "span-2"]


@EACH
def test_a_value_of_ten_megabytes_costs_its_span_or_its_request_and_nothing_else(
    hub: RunningCollector, make: ClientMaker
) -> None:
    huge = traces()
    huge.resource_spans[0].scope_spans[0].spans[0].attributes.add(key="k").value.string_value = "x" * 10 * MIB
    reply = send(hub, make, huge.SerializeToString())
    assert (reply.code, reply.retry_after) == (code_pb2.RESOURCE_EXHAUSTED, None)

    large = traces()
    large.resource_spans[0].scope_spans[0].spans[0].attributes.add(key="k").value.string_value = "x" * MIB
    reply = send(hub, make, large.SerializeToString())
    assert (reply.code, reply.rejected) == (0, 1)


@EACH
def test_too_many_spans_are_refused_for_good(hub: RunningCollector, sink: MemorySink, make: ClientMaker) -> None:
    reply = send(hub, make, traces(1001).SerializeToString())

    assert (reply.code, reply.retry_after) == (code_pb2.RESOURCE_EXHAUSTED, None)
    assert "more than 1000 spans" in reply.message
    assert stored(hub, sink) == []


@BINARY
def test_a_million_tiny_spans_are_refused_for_good(tmp_path: Path, make: ClientMaker) -> None:
    spans = b"\x12\x00" * 1_000_000
    body = _field(1, _field(2, spans))
    with running(tmp_path) as hub:
        started = time.monotonic()
        reply = send(hub, make, body)
        assert time.monotonic() - started < 5

    assert (reply.code, reply.retry_after) == (code_pb2.RESOURCE_EXHAUSTED, None)
    assert "more than 250000 spans" in reply.message


def _field(number: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes(size >> shift & 0x7F | 0x80 for shift in (0, 7, 14)) + bytes([size >> 21])
    return bytes([number << 3 | 2]) + length + content


@BINARY
@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        b"garbage" * 100,
        traces(5).SerializeToString()[:-1],
        b"\x0a\xff\xff\xff\xff\x0f",
        bytes(range(256)) * 20,
    ],
)
def test_what_cannot_be_decoded_is_refused_for_good(
    hub: RunningCollector, sink: MemorySink, make: ClientMaker, body: bytes
) -> None:
    reply = send(hub, make, body)

    assert (reply.code, reply.retry_after) == (code_pb2.INVALID_ARGUMENT, None)
    assert reply.message.startswith("could not decode the request")
    assert send(hub, make, traces().SerializeToString()) == Reply(0)
    assert len(stored(hub, sink)) == 1


@BINARY
@pytest.mark.parametrize("size", [LIMITS["request_bytes"] + 1, 10 * MIB])
def test_a_request_over_the_size_limit_is_refused_for_good(hub: RunningCollector, make: ClientMaker, size: int) -> None:
    reply = send(hub, make, bytes(size))
    assert (reply.code, reply.retry_after) == (code_pb2.RESOURCE_EXHAUSTED, None)


@pytest.mark.parametrize(("make", "compression"), COMPRESSED)
def test_a_bomb_is_refused_for_good_and_the_next_request_is_taken(
    hub: RunningCollector, make: ClientMaker, compression: str
) -> None:
    bomb = traces()
    bomb.resource_spans[0].schema_url = " " * 128 * MIB
    reply = send(hub, make, bomb.SerializeToString(), compression=compression)

    assert (reply.code, reply.retry_after) == (code_pb2.RESOURCE_EXHAUSTED, None)
    assert send(hub, make, traces().SerializeToString(), compression=compression) == Reply(0)


@BINARY
def test_text_that_is_not_utf8_is_stored_with_replacements_and_a_warning(
    hub: RunningCollector, sink: MemorySink, make: ClientMaker
) -> None:
    reply = send(hub, make, traces().SerializeToString().replace(b"span-0", b"sp\xffn-0"))

    assert (reply.code, reply.rejected, reply.partial) == (0, 0, True)
    assert "U+FFFD" in reply.message
    (message,) = stored(hub, sink)
    request = ExportTraceServiceRequest.FromString(message)
    assert request.resource_spans[0].scope_spans[0].spans[0].name == "sp\ufffdn-0"


@EACH
@pytest.mark.parametrize(
    "fields",
    [
        {"trace_id": b"short", "span_id": b""},
        {"trace_id": bytes(99), "span_id": bytes(99), "parent_span_id": bytes(99)},
        {"start_time_unix_nano": 0, "end_time_unix_nano": 0},
        {"start_time_unix_nano": 2**64 - 1, "end_time_unix_nano": 2**64 - 1},
        {"start_time_unix_nano": 10**18, "end_time_unix_nano": 10**18 - 3600 * 10**9},
        {"kind": 2**31 - 1},
    ],
    ids=["short ids", "long ids", "no time", "end of time", "ends before it starts", "unknown kind"],
)
def test_odd_values_are_the_stores_business(
    hub: RunningCollector, sink: MemorySink, make: ClientMaker, fields: dict[str, Any]
) -> None:
    assert send(hub, make, traces(2, **fields).SerializeToString()) == Reply(0)
    (message,) = stored(hub, sink)
    span = ExportTraceServiceRequest.FromString(message).resource_spans[0].scope_spans[0].spans[0]
    assert {name: getattr(span, name) for name in fields} == fields


@EACH
def test_a_request_sent_twice_is_stored_twice(hub: RunningCollector, sink: MemorySink, make: ClientMaker) -> None:
    """OTLP has no request ids: only the client knows whether it meant to."""
    body = traces().SerializeToString()
    send(hub, make, body)
    send(hub, make, body)
    assert stored(hub, sink) == [body, body]


@EACH
def test_with_a_full_journal_clients_are_told_when_to_come_back(tmp_path: Path, make: ClientMaker) -> None:
    with running(tmp_path, journal={"max_bytes": 4096, "segment_age_seconds": 100}) as hub:
        body = traces(100).SerializeToString()
        replies = [send(hub, make, body) for _ in range(8)]

    full = Reply(code_pb2.RESOURCE_EXHAUSTED, replies[-1].message, 10.0)
    assert Reply(0) in replies
    assert replies[-1] == full
    assert "could not" in full.message


@EACH
def test_with_too_many_bytes_under_way_clients_are_told_when_to_come_back(
    hub: RunningCollector, make: ClientMaker
) -> None:
    admission = hub.collector._intake.admission
    admission.take(LIMITS["in_flight_bytes"] - 10)
    reply = send(hub, make, traces(10).SerializeToString())
    admission.give(LIMITS["in_flight_bytes"] - 10)

    assert (reply.code, reply.retry_after) == (code_pb2.RESOURCE_EXHAUSTED, 1.0)
    assert send(hub, make, traces().SerializeToString()) == Reply(0)
    assert admission.bytes == 0


@EACH
def test_while_the_hub_stops_clients_are_told_to_come_back(hub: RunningCollector, make: ClientMaker) -> None:
    hub.collector._intake.stopping = True
    reply = send(hub, make, traces().SerializeToString())
    assert (reply.code, reply.retry_after) == (code_pb2.UNAVAILABLE, 2.0)


@EACH
def test_an_error_of_the_hub_says_that_a_retry_may_help(
    hub: RunningCollector, make: ClientMaker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hub.collector._journal, "append", lambda *_: 1 / 0)
    reply = send(hub, make, traces().SerializeToString())

    assert (reply.code, reply.retry_after) == (code_pb2.UNAVAILABLE, 5.0)
    assert "division" not in reply.message
    assert "division by zero" in caplog.text


@EACH
def test_clients_are_let_in_by_their_token_and_named_by_it(tmp_path: Path, sink: MemorySink, make: ClientMaker) -> None:
    tokens = {"tokens": [{"token": "secret-1", "tenant": "red"}, {"token": "secret-2", "tenant": "blue"}]}
    body = traces().SerializeToString()
    with running(tmp_path, sink, auth=tokens) as hub:
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic secret-1"}):
            reply = send(hub, make, body, headers=headers)
            assert (reply.code, reply.retry_after) == (code_pb2.UNAUTHENTICATED, None)
        assert send(hub, make, body, headers={"authorization": "Bearer secret-2"}) == Reply(0)

    (message,) = sink.messages
    assert message[-6 - 7 : -6] == b"\xd2\x3e\x04blue"


@BINARY
def test_a_client_cannot_name_its_tenant_itself(hub: RunningCollector, sink: MemorySink, make: ClientMaker) -> None:
    reply = send(hub, make, traces().SerializeToString() + b"\xd2\x3e\x05green")
    assert (reply.code, reply.retry_after) == (code_pb2.INVALID_ARGUMENT, None)
    assert stored(hub, sink) == []


@EACH
def test_refusals_are_counted_by_signal_and_reason(hub: RunningCollector, make: ClientMaker) -> None:
    send(hub, make, traces(1001).SerializeToString())
    refused = hub.collector._instruments.refused
    assert refused.total(signal="traces", reason="too_large") == 1
    assert hub.collector.statistics().signals[Signal.TRACES].refused_requests == 1
