"""What the ways in beside OTLP promise, each in its protocol: the contract of test_receivers_contract.py for Envoy's
streams and for Zipkin."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from google.rpc import code_pb2

from collector.batches import BATCHES
from collector.idl.envoy_access_logs_pb2 import StreamAccessLogsMessage
from collector.idl.envoy_metrics_pb2 import StreamMetricsMessage
from collector.idl.zipkin_pb2 import ListOfSpans
from collector.journal.record import RECEIVED_TAG
from meshhub.model import Signal
from meshhub.testing.collecting import MemorySink, RunningCollector, running
from meshhub.testing.other_clients import StreamClient, ZipkinClient
from meshhub.testing.otlp_clients import Reply
from meshhub.testing.ways_in import zipkin_json

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


def requests(count: int, attributes: int = 0, name: str = "") -> StreamAccessLogsMessage:
    message = StreamAccessLogsMessage()
    for number in range(count):
        entry = message.http_logs.log_entry.add()
        entry.request.path = name or f"/{number}"
        for key in range(attributes):
            entry.common_properties.custom_tags[f"key-{key}"] = "v"
    return message


def connections(count: int, attributes: int = 0, name: str = "") -> StreamAccessLogsMessage:
    message = StreamAccessLogsMessage()
    for number in range(count):
        common = message.tcp_logs.log_entry.add().common_properties
        common.upstream_cluster = name or f"/{number}"
        for key in range(attributes):
            common.custom_tags[f"key-{key}"] = "v"
    return message


def metrics(count: int, attributes: int = 0, name: str = "") -> StreamMetricsMessage:
    message = StreamMetricsMessage()
    for number in range(count):
        metric = message.envoy_metrics.add(name=name or f"/{number}").metric.add()
        for key in range(attributes):
            metric.label.add(name=f"key-{key}")
    return message


def spans(count: int, attributes: int = 0, name: str = "") -> ListOfSpans:
    message = ListOfSpans()
    for number in range(count):
        span = message.spans.add(trace_id=b"\1" * 16, id=b"\2" * 8, name=name or f"/{number}", timestamp=1, duration=1)
        span.local_endpoint.service_name = "s"
        for key in range(attributes):
            span.tags[f"key-{key}"] = "v"
    return message


@dataclass(frozen=True, slots=True)
class Way:
    """A way in: what is sent, by whom, and how it is encoded."""

    signal: Signal
    build: Callable[..., Any]
    connect: Callable[[RunningCollector], Any]
    encode: Callable[[Any], bytes] = lambda message: message.SerializeToString()

    def send(self, hub: RunningCollector, message: Message | bytes, **how: Any) -> Reply:
        body = message if isinstance(message, bytes) else self.encode(message)
        client = self.connect(hub)
        try:
            reply: Reply = client.send(self.signal, body, **how)
        finally:
            client.close()
        return reply


def stream(hub: RunningCollector) -> StreamClient:
    return StreamClient(hub.grpc_address)


def zipkin(hub: RunningCollector, media_type: str) -> ZipkinClient:
    return ZipkinClient(hub.zipkin_url, media_type)


WAYS = {
    "als-http": Way(Signal.ENVOY_ACCESS_LOGS, requests, stream),
    "als-tcp": Way(Signal.ENVOY_ACCESS_LOGS, connections, stream),
    "metrics": Way(Signal.ENVOY_METRICS, metrics, stream),
    "zipkin": Way(Signal.ZIPKIN, spans, partial(zipkin, media_type="application/x-protobuf")),
    "zipkin-json": Way(Signal.ZIPKIN, spans, partial(zipkin, media_type="application/json"), zipkin_json),
}
EACH = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
BINARY = pytest.mark.parametrize("way", list(WAYS.values())[:-1], ids=list(WAYS)[:-1])


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink()


@pytest.fixture
def hub(tmp_path: Path, sink: MemorySink) -> Iterator[RunningCollector]:
    with running(tmp_path, sink, limits=LIMITS) as hub:
        yield hub


def stored(hub: RunningCollector, sink: MemorySink) -> list[bytes]:
    """What has come through, without what the journal put behind it, once everything has: the hub is stopped."""
    hub.stop()
    return [message.rpartition(RECEIVED_TAG)[0] for message in sink.messages]


def counts(hub: RunningCollector, way: Way) -> tuple[int, int, int]:
    found = hub.collector.statistics().signals[way.signal]
    return found.accepted, found.rejected, found.refused_requests


@EACH
def test_what_is_sent_is_stored_as_it_was_sent(hub: RunningCollector, sink: MemorySink, way: Way) -> None:
    message = way.build(3)
    assert way.send(hub, message) == Reply(0)
    assert counts(hub, way) == (3, 0, 0)
    assert stored(hub, sink) == [message.SerializeToString()]
    assert all(token.startswith(f"{way.signal}-") for token in sink.segments)


@EACH
def test_nothing_is_stored_of_an_empty_message(hub: RunningCollector, sink: MemorySink, way: Way) -> None:
    assert way.send(hub, way.build(0)) == Reply(0)
    assert stored(hub, sink) == []


@pytest.mark.parametrize("compression", ["gzip", "deflate", "zstd"])
@pytest.mark.parametrize("name", ["zipkin", "zipkin-json"])
def test_zipkin_may_be_compressed(hub: RunningCollector, sink: MemorySink, name: str, compression: str) -> None:
    assert WAYS[name].send(hub, spans(100), compression=compression) == Reply(0)
    assert stored(hub, sink) == [spans(100).SerializeToString()]


@EACH
def test_what_has_too_many_attributes_is_left_out_alone(hub: RunningCollector, sink: MemorySink, way: Way) -> None:
    message = way.build(2)
    message.MergeFrom(way.build(1, attributes=21, name="bad"))
    assert way.send(hub, message).code == 0
    assert counts(hub, way) == (2, 1, 0)
    (body,) = stored(hub, sink)
    assert b"/1" in body
    assert b"bad" not in body


@EACH
def test_what_is_too_large_is_left_out_alone(hub: RunningCollector, sink: MemorySink, way: Way) -> None:
    message = way.build(2)
    message.MergeFrom(way.build(1, name="x" * 200_000))
    assert way.send(hub, message).code == 0
    assert counts(hub, way) == (2, 1, 0)
    assert len(stored(hub, sink)[0]) < 1000


@EACH
def test_too_many_records_are_refused_for_good(hub: RunningCollector, sink: MemorySink, way: Way) -> None:
    reply = way.send(hub, way.build(1001))
    assert (reply.code, reply.retry_after) == (code_pb2.RESOURCE_EXHAUSTED, None)
    assert f"more than 1000 {BATCHES[way.signal].noun}" in reply.message
    assert stored(hub, sink) == []


@BINARY
@pytest.mark.parametrize("body", [b"\xff", b"garbage" * 100, bytes(range(256)) * 20, b"\x0a\xff\xff\xff\xff\x0f"])
def test_what_cannot_be_decoded_is_refused_for_good(
    hub: RunningCollector, sink: MemorySink, way: Way, body: bytes
) -> None:
    reply = way.send(hub, body)
    assert (reply.code, reply.retry_after) == (code_pb2.INVALID_ARGUMENT, None)
    assert reply.message.startswith("could not decode the request")
    assert way.send(hub, way.build(1)) == Reply(0)
    assert len(stored(hub, sink)) == 1


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "it is not JSON"),
        (b"{}", "it is no list of spans"),
        (b"[" * 100_000, "it is not JSON"),
        (b"[7]", "span 0: expected an object"),
        (b'[{"traceId": "1", "id": "2"}, {"traceId": "x", "id": "2"}]', "span 1: "),
        (b'[{"traceId": "1", "id": ""}]', "span 0: id: expected 1 to 16 hexadecimal digits"),
        (b'[{"traceId": "1", "id": "1", "timestamp": -1}]', "span 0: "),
        (b'[{"traceId": "1", "id": "1", "timestamp": 1e400}]', "span 0: "),
        (b'[{"traceId": "1", "id": "1", "tags": ["a"]}]', "span 0: "),
    ],
)
def test_json_that_is_no_list_of_spans_is_refused_with_the_reason(hub: RunningCollector, body: bytes, why: str) -> None:
    reply = WAYS["zipkin-json"].send(hub, body)
    assert (reply.code, reply.retry_after) == (code_pb2.INVALID_ARGUMENT, None)
    assert why in reply.message


@EACH
def test_a_message_over_the_size_limit_is_refused_for_good(hub: RunningCollector, way: Way) -> None:
    reply = way.send(hub, b" " * (LIMITS["request_bytes"] + 1))
    assert (reply.code, reply.retry_after) == (code_pb2.RESOURCE_EXHAUSTED, None)


@BINARY
def test_text_that_is_not_utf8_is_stored_with_replacements(hub: RunningCollector, sink: MemorySink, way: Way) -> None:
    body = way.build(1, name="name").SerializeToString().replace(b"name", b"n\xffme")
    assert way.send(hub, body).code == 0
    assert "n\ufffdme".encode() in stored(hub, sink)[0]


@EACH
def test_with_a_full_journal_senders_are_told_when_to_come_back(tmp_path: Path, way: Way) -> None:
    with running(tmp_path, journal={"max_bytes": 4096, "segment_age_seconds": 100}) as hub:
        replies = [way.send(hub, way.build(30)) for _ in range(16)]
    assert Reply(0) in replies
    assert (replies[-1].code, replies[-1].retry_after) == (code_pb2.RESOURCE_EXHAUSTED, 10.0)


@EACH
def test_with_too_many_bytes_under_way_senders_are_told_when_to_come_back(hub: RunningCollector, way: Way) -> None:
    admission = hub.collector._intake.admission
    admission.take(LIMITS["in_flight_bytes"] - 10)
    reply = way.send(hub, way.build(10))
    admission.give(LIMITS["in_flight_bytes"] - 10)
    assert (reply.code, reply.retry_after) == (code_pb2.RESOURCE_EXHAUSTED, 1.0)
    assert counts(hub, way) == (0, 0, 1)
    assert way.send(hub, way.build(1)) == Reply(0)
    assert admission.bytes == 0


@EACH
def test_while_the_hub_stops_senders_are_told_to_come_back(hub: RunningCollector, way: Way) -> None:
    hub.collector._intake.stopping = True
    reply = way.send(hub, way.build(1))
    assert (reply.code, reply.retry_after) == (code_pb2.UNAVAILABLE, 2.0)


@EACH
def test_an_error_of_the_hub_says_that_a_retry_may_help(
    hub: RunningCollector, way: Way, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hub.collector._journal, "append", lambda *_: 1 / 0)
    reply = way.send(hub, way.build(1))
    assert (reply.code, reply.retry_after) == (code_pb2.UNAVAILABLE, 5.0)
    assert "division by zero" in caplog.text


@EACH
def test_senders_are_let_in_by_their_token_and_named_by_it(tmp_path: Path, sink: MemorySink, way: Way) -> None:
    tokens = {"tokens": [{"token": "secret-1", "tenant": "red"}, {"token": "secret-2", "tenant": "blue"}]}
    with running(tmp_path, sink, auth=tokens) as hub:
        for headers in ({}, {"authorization": "Bearer wrong"}):
            reply = way.send(hub, way.build(1), headers=headers)
            assert (reply.code, reply.retry_after) == (code_pb2.UNAUTHENTICATED, None)
        assert way.send(hub, way.build(1), headers={"authorization": "Bearer secret-2"}) == Reply(0)
    (message,) = sink.messages
    assert message[-6 - 7 : -6] == b"\xd2\x3e\x04blue"


@BINARY
@pytest.mark.parametrize("field", [b"\xd2\x3e\x05green", b"\xe2\x3e\x02\x0a\x00"], ids=["tenant", "sender"])
def test_a_sender_cannot_write_what_the_hub_writes(
    hub: RunningCollector, sink: MemorySink, way: Way, field: bytes
) -> None:
    reply = way.send(hub, way.build(1).SerializeToString() + field)
    assert (reply.code, reply.retry_after) == (code_pb2.INVALID_ARGUMENT, None)
    assert stored(hub, sink) == []


def test_zipkin_answers_no_other_path_or_method(hub: RunningCollector) -> None:
    client = ZipkinClient(hub.zipkin_url, "application/json")._client
    assert client.post("/api/v1/spans", content=b"[]").status_code == 404
    assert client.get("/api/v2/spans").status_code == 405
    assert client.post("/api/v2/spans", content=b"x", headers={"content-type": "text/html"}).status_code == 415
    assert json.loads(client.post("/api/v1/spans").text)["code"] == code_pb2.NOT_FOUND
    client.close()


def test_zipkin_takes_chunked_bodies_and_json_without_a_type(hub: RunningCollector, sink: MemorySink) -> None:
    body = zipkin_json(spans(2))
    client = ZipkinClient(hub.zipkin_url, "application/json")._client
    response = client.post("/api/v2/spans", content=iter([body[:7], body[7:]]))
    assert (response.status_code, response.text) == (202, "")
    client.close()
    assert stored(hub, sink) == [spans(2).SerializeToString()]
