"""Realistic telemetry of an Envoy mesh, serialized ahead of time: what the load generator replays.

A mesh of services in a call tree answers requests; every call has a client-side and a server-side proxy, each of
which writes a span and an access log, and each proxy batches its own. Ids, paths, addresses, sizes and durations vary
as they do in production; replays get fresh ids and times, so that nothing compresses better than it would there.
"""

import random
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from meshhub.model import Signal

CALLS = (
    ("gateway", "frontend"),
    ("frontend", "catalog"),
    ("frontend", "reviews"),
    ("reviews", "ratings"),
    ("catalog", "stock"),
    ("frontend", "recommendations"),
)
INSTANCES = 3
ROUTES = ("/", "/product/{}", "/product/{}/reviews?page={}", "/cart/{}", "/api/v1/items/{}")
USER_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
    "okhttp/4.12.0",
    "curl/8.5.0",
    "Go-http-client/1.1",
)

Proxy = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Payloads:
    """Serialized requests of one signal and where in them the ids are.

    `buffer` holds all requests end to end, `bounds` their (start, end), `counts` their records; `ids` has for each kind
    of id the offsets of its occurrences, the index of the id that belongs at each, and its width in bytes.
    """

    signal: Signal
    buffer: np.ndarray
    bounds: list[tuple[int, int]]
    ids: list[tuple[np.ndarray, np.ndarray, int]]
    times: np.ndarray
    counts: list[int]

    @property
    def records(self) -> int:
        return sum(self.counts)

    @property
    def bytes_per_record(self) -> float:
        return len(self.buffer) / self.records

    def fresh(self, seed: int, *, now_ns: int | None = None) -> list[bytes]:
        """The requests with new trace, span and request ids, and times that end at `now_ns` (default: now)."""
        rng = np.random.default_rng(seed)
        buffer = self.buffer.copy()
        for offsets, indexes, width in self.ids:
            count = int(indexes.max()) + 1
            new = rng.integers(0, 256, (count, width), dtype=np.uint8)
            if width == 36:
                new = _uuids(rng, count)
            buffer[offsets[:, None] + np.arange(width)] = new[indexes]
        stamps = _read_u64(buffer, self.times)
        shift = (now_ns or time.time_ns()) - int(stamps.max())
        _write_u64(buffer, self.times, stamps + np.uint64(shift) if shift >= 0 else stamps - np.uint64(-shift))
        raw = buffer.tobytes()
        return [raw[start:end] for start, end in self.bounds]


def generate(signal: Signal, records: int, *, batch: int = 200, seed: int = 7) -> Payloads:
    """About this many spans or access logs, in requests of up to `batch` records, each from one proxy."""
    rnd = random.Random(seed)
    spans_per_request = 2 * len(CALLS)
    book = _IdBook(rnd)
    per_proxy: dict[Proxy, list[_Call]] = {}
    for _ in range(max(1, records // spans_per_request)):
        for proxy, call in _request(rnd, book):
            per_proxy.setdefault(proxy, []).append(call)
    build = _trace_request if signal is Signal.TRACES else _logs_request
    requests = [
        (build(proxy, calls[start : start + batch]), len(calls[start : start + batch]))
        for proxy, calls in sorted(per_proxy.items())
        for start in range(0, len(calls), batch)
    ]
    rnd.shuffle(requests)
    return _located(signal, requests, book)


@dataclass(frozen=True, slots=True)
class _Call:
    inbound: bool
    peer: str
    peer_instance: int
    trace: bytes
    span: bytes
    parent: bytes
    request_id: str
    start: int
    duration: int
    path: str
    agent: str
    status: int
    size: int
    port: int


class _IdBook:
    """Hands out ids that are found again in the serialized bytes."""

    def __init__(self, rnd: random.Random) -> None:
        self._rnd = rnd
        self.traces: list[bytes] = []
        self.spans: list[bytes] = []
        self.requests: list[bytes] = []
        self.times: set[int] = set()

    def trace(self) -> bytes:
        self.traces.append(self._rnd.randbytes(16))
        return self.traces[-1]

    def span(self) -> bytes:
        self.spans.append(self._rnd.randbytes(8))
        return self.spans[-1]

    def request(self) -> str:
        text = self._rnd.randbytes(16).hex()
        self.requests.append(f"{text[:8]}-{text[8:12]}-9{text[13:16]}-a{text[17:20]}-{text[20:]}".encode())
        return self.requests[-1].decode()


def _request(rnd: random.Random, book: _IdBook) -> Iterator[tuple[Proxy, _Call]]:
    trace, request_id = book.trace(), book.request()
    start = time.time_ns() - rnd.randrange(10**9)
    path = rnd.choice(ROUTES).format(rnd.randrange(5000), rnd.randrange(9))
    agent = rnd.choice(USER_AGENTS)
    instances: dict[str, int] = {}
    inner: dict[str, bytes] = {}
    for caller, callee in CALLS:
        source = instances.setdefault(caller, rnd.randrange(INSTANCES))
        target = instances.setdefault(callee, rnd.randrange(INSTANCES))
        start += rnd.randrange(200_000, 3_000_000)
        duration = int(rnd.lognormvariate(16, 0.8))
        status = 200 if rnd.random() > 0.01 else 503
        size, port = rnd.randrange(200, 20_000), rnd.randrange(32768, 60999)
        client, server = book.span(), book.span()
        shared: dict[str, Any] = {
            "trace": trace,
            "request_id": request_id,
            "path": path,
            "agent": agent,
            "status": status,
            "size": size,
            "port": port,
        }
        yield (
            (caller, source),
            _Call(
                False,
                callee,
                target,
                span=client,
                parent=inner.get(caller, b""),
                start=start,
                duration=duration,
                **shared,
            ),
        )
        yield (
            (callee, target),
            _Call(
                True,
                caller,
                source,
                span=server,
                parent=client,
                start=start + 150_000,
                duration=duration * 9 // 10,
                **shared,
            ),
        )
        inner[callee] = server


def _resource(proxy: Proxy) -> dict[str, str]:
    service, instance = proxy
    return {
        "service.name": service,
        "service.namespace": "shop",
        "service.version": f"v{instance + 1}",
        "service.instance.id": f"{service}-{instance}",
        "k8s.cluster.name": "lab",
        "meshhub.node.role": "gateway" if service == "gateway" else "sidecar",
        "telemetry.sdk.name": "envoy",
    }


def _trace_request(proxy: Proxy, calls: list[_Call]) -> bytes:
    message = ExportTraceServiceRequest()
    resource_spans = message.resource_spans.add()
    _fill(resource_spans.resource.attributes, _resource(proxy))
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name = "envoy"
    for call in calls:
        span = scope_spans.spans.add(
            trace_id=call.trace,
            span_id=call.span,
            parent_span_id=call.parent,
            name="ingress" if call.inbound else f"egress {call.peer}.shop",
            kind=2 if call.inbound else 3,
            start_time_unix_nano=call.start // 1000 * 1000,
            end_time_unix_nano=(call.start + call.duration) // 1000 * 1000,
        )
        _fill(
            span.attributes,
            {
                "node_id": f"{proxy[0]}-{proxy[1]}.shop",
                "zone": "eu-1a",
                "guid:x-request-id": call.request_id,
                "http.url": f"http://{proxy[0] if call.inbound else call.peer}.shop{call.path}",
                "http.method": "GET",
                "http.protocol": "HTTP/1.1",
                "http.status_code": str(call.status),
                "user_agent": call.agent,
                "peer.address": f"10.0.{call.peer_instance}.{len(call.peer)}",
                "request_size": "0",
                "response_size": str(call.size),
                "component": "proxy",
                "upstream_cluster": "inbound|8080" if call.inbound else f"{call.peer}.shop",
                "response_flags": "-",
            },
        )
    return message.SerializeToString()


def _logs_request(proxy: Proxy, calls: list[_Call]) -> bytes:
    message = ExportLogsServiceRequest()
    resource_logs = message.resource_logs.add()
    _fill(resource_logs.resource.attributes, _resource(proxy))
    scope_logs = resource_logs.scope_logs.add()
    for call in calls:
        record = scope_logs.log_records.add(
            time_unix_nano=call.start // 1000 * 1000, trace_id=call.trace, span_id=call.span
        )
        _fill(record.attributes, _log_attributes(proxy, call))
    return message.SerializeToString()


def _log_attributes(proxy: Proxy, call: _Call) -> dict[str, str]:
    own, peer = (f"spiffe://mesh.local/ns/shop/sa/{name}" for name in (proxy[0], call.peer))
    us = call.duration // 1000
    host = f"10.0.{call.peer_instance}.{len(call.peer)}"
    return {
        "log_type": "DownstreamEnd",
        "direction": "1" if call.inbound else "2",
        "method": "GET",
        "path": call.path,
        "authority": f"{proxy[0] if call.inbound else call.peer}.shop",
        "protocol": "HTTP/1.1",
        "user_agent": call.agent,
        "x_forwarded_for": "-",
        "request_id": call.request_id,
        "response_code": str(call.status),
        "grpc_status": "-",
        "response_flags": "-" if call.status == 200 else "UC",
        "response_code_details": "via_upstream" if call.status == 200 else "upstream_reset_before_response_started",
        "connection_termination_details": "-",
        "upstream_transport_failure_reason": "-",
        "request_attempts": "1",
        "bytes_received": "0",
        "bytes_sent": str(call.size),
        "upstream_cluster": "inbound|8080" if call.inbound else f"{call.peer}.shop",
        "upstream_host": "127.0.0.1:8080" if call.inbound else f"{host}:15006",
        "route_name": "default",
        "downstream_remote_address": f"{host if call.inbound else '127.0.0.1'}:{call.port}",
        "downstream_local_address": "10.0.9.9:15006" if call.inbound else "127.0.0.1:15001",
        "requested_server_name": f"{proxy[0]}.shop" if call.inbound else "-",
        "downstream_tls_version": "TLSv1.3" if call.inbound else "-",
        "downstream_peer_uri_san": peer if call.inbound else "-",
        "downstream_local_uri_san": own if call.inbound else "-",
        "upstream_tls_version": "-" if call.inbound else "TLSv1.3",
        "upstream_peer_uri_san": "-" if call.inbound else peer,
        "upstream_local_uri_san": "-" if call.inbound else own,
        "duration_us": str(us),
        "duration_ms": str(us // 1000),
        "request_duration_us": str(us % 90),
        "upstream_connect_us": "-",
        "upstream_handshake_us": "-",
        "upstream_queue_us": str(us % 700),
        "upstream_first_byte_us": str(us * 8 // 10),
        "upstream_response_us": str(us // 10),
        "response_duration_us": str(us // 11),
    }


def _fill(target: object, attributes: dict[str, str]) -> None:
    for key, value in attributes.items():
        target.add(key=key).value.string_value = value  # type: ignore[attr-defined]


def _located(signal: Signal, requests: list[tuple[bytes, int]], book: _IdBook) -> Payloads:
    raw = b"".join(body for body, _ in requests)
    ends = np.cumsum([len(body) for body, _ in requests]).tolist()
    bounds = list(zip([0, *ends], ends, strict=False))
    ids = [found for known in (book.traces, book.spans, book.requests) if len((found := _find(raw, known))[0])]
    buffer = np.frombuffer(raw, np.uint8).copy()
    return Payloads(signal, buffer, bounds, ids, _times(signal, raw), [count for _, count in requests])


def _find(raw: bytes, known: list[bytes]) -> tuple[np.ndarray, np.ndarray, int]:
    """Offsets of each known id. One pass: candidates by the id's tag and length, then a look-up."""
    width = len(known[0])
    index = {value: number for number, value in enumerate(known)}
    marker = bytes([width])
    offsets, indexes = [], []
    position = raw.find(marker)
    while position >= 0:
        number = index.get(raw[position + 1 : position + 1 + width])
        if number is None:
            position = raw.find(marker, position + 1)
            continue
        offsets.append(position + 1)
        indexes.append(number)
        position = raw.find(marker, position + 1 + width)
    return np.array(offsets, np.int64), np.array(indexes, np.int64), width


def _times(signal: Signal, raw: bytes) -> np.ndarray:
    """Offsets of the fixed64 times: tags 7 and 8 of a span, tag 1 of a log record, with this year's high bytes."""
    high = struct.pack("<Q", time.time_ns())[6:]
    tags = (0x39, 0x41) if signal is Signal.TRACES else (0x09,)
    found = []
    position = raw.find(high)
    while position >= 0:
        if position >= 7 and raw[position - 7] in tags:
            found.append(position - 6)
        position = raw.find(high, position + 1)
    return np.array(found, np.int64)


def _read_u64(buffer: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    return buffer[offsets[:, None] + np.arange(8)].copy().view("<u8").reshape(-1)


def _write_u64(buffer: np.ndarray, offsets: np.ndarray, values: np.ndarray) -> None:
    buffer[offsets[:, None] + np.arange(8)] = values.astype("<u8").view(np.uint8).reshape(-1, 8)


def _uuids(rng: np.random.Generator, count: int) -> np.ndarray:
    """Random UUID texts as Envoy writes them for a sampled request (version nibble 9)."""
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)[rng.integers(0, 16, (count, 36))]
    digits[:, [8, 13, 18, 23]] = ord("-")
    digits[:, 14] = ord("9")
    return digits
