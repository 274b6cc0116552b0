"""Ways in: what each costs beside OTLP, for the same telemetry in one run.

    python -m benchmarks.ways_in [--records 20000]

CPU of this process per record, for the check (and, of Zipkin's JSON, the conversion) and for the engine's insert with
all views; protocols and journal are not in it. Ratios are to OTLP of the same telemetry.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.batches import BATCHES
from collector.checks.batch import BatchCheck
from collector.checks.request import RequestCheck
from collector.checks.zipkin_json import encode_zipkin
from collector.journal.record import encode, encode_resource
from collector.receivers.envoy_node import sender_of
from collector.schema import SCHEMAS
from collector.settings import LimitSettings
from meshhub.model import Signal
from meshhub.testing.engine import shared_store
from meshhub.testing.otlp import (
    Proxy,
    access_log,
    logs_request,
    outbound,
    proxy_attributes,
    span,
    traces_request,
)
from meshhub.testing.ways_in import access_logs_message, http_entry, zipkin_json, zipkin_spans

BATCH = 200
CALLER, CALLEE = Proxy("caller"), Proxy("callee")
LIMITS = LimitSettings()
RUNS = 3

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Way:
    """Bodies as they are sent, what makes them ready for the journal, and what they are compared with."""

    name: str
    signal: Signal
    bodies: list[bytes]
    prepare: Callable[[bytes], bytes]
    beside: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    records = parser.parse_args().records
    measured: dict[str, tuple[float, float]] = {}
    print(f"{'way':24}{'check µs':>10}{'engine µs':>11}{'per CPU-s':>11}{'ratio':>7}{'B/record':>10}")
    for way in ways(records):
        checked, inserted = min((measure(way, records) for _ in range(RUNS)), key=sum)
        measured[way.name] = checked, inserted
        ratio = sum(measured[way.beside]) / (checked + inserted)
        size = sum(map(len, way.bodies)) / records
        print(
            f"{way.name:24}{checked:10.2f}{inserted:11.2f}{1e6 / (checked + inserted):11,.0f}{ratio:7.2f}{size:10.0f}",
            flush=True,
        )


def ways(records: int) -> list[Way]:
    start = time.time_ns() // 1000 * 1000 - 10**9
    spans = [
        span(
            "egress callee", Span.SPAN_KIND_CLIENT, trace_id=f"{number // 4 + 1:032x}", span_id=f"{number + 1:016x}",
            start=start + number * 1000, duration=2_000_000,
            attributes=proxy_attributes(
                f"00000000-0000-9000-a000-{number // 4:012x}", upstream_cluster="callee.test", node_id=CALLER.name,
                user_agent="curl/8", response_flags="-", **{"http.method": "GET", "http.url": f"http://callee/{number}",
                "http.protocol": "HTTP/1.1", "peer.address": "10.0.0.1", "request_size": "0", "response_size": "512"},
            ),
        )
        for number in range(records)
    ]  # fmt: skip
    said = [
        (start + number * 1000, outbound(CALLER, CALLEE, request_id=f"{number:032x}", path=f"/{number}"), number)
        for number in range(records)
    ]
    entries = [http_entry(at, attributes, trace_id=f"{number + 1:032x}") for at, attributes, number in said]
    logs = [access_log(at, attributes, trace_id=f"{number + 1:032x}") for at, attributes, number in said]
    zipkin = [zipkin_spans(CALLER, part) for part in _parts(spans)]
    sender = encode_resource(sender_of(access_logs_message(CALLER).SerializeToString(), first=True) or b"")
    otlp_spans, otlp_logs = (RequestCheck(SCHEMAS[signal], LIMITS) for signal in (Signal.TRACES, Signal.LOGS))
    of_als, of_zipkin = (BatchCheck(BATCHES[signal], LIMITS) for signal in (Signal.ENVOY_ACCESS_LOGS, Signal.ZIPKIN))
    als = [access_logs_message(None, part).SerializeToString() for part in _parts(entries)]
    return [
        Way(
            "OTLP spans",
            Signal.TRACES,
            [traces_request(CALLER, part).SerializeToString() for part in _parts(spans)],
            lambda body: _body(otlp_spans, body),
            "OTLP spans",
        ),
        Way(
            "Zipkin protobuf",
            Signal.ZIPKIN,
            [request.SerializeToString() for request in zipkin],
            lambda body: _body(of_zipkin, body),
            "OTLP spans",
        ),
        Way(
            "Zipkin JSON",
            Signal.ZIPKIN,
            [zipkin_json(request) for request in zipkin],
            lambda body: _body(of_zipkin, encode_zipkin(body)),
            "OTLP spans",
        ),
        Way(
            "OTLP access logs",
            Signal.LOGS,
            [logs_request(CALLER, part).SerializeToString() for part in _parts(logs)],
            lambda body: _body(otlp_logs, body),
            "OTLP access logs",
        ),
        Way("ALS", Signal.ENVOY_ACCESS_LOGS, als, lambda body: sender + _body(of_als, body), "OTLP access logs"),
    ]


def measure(way: Way, records: int) -> tuple[float, float]:
    """CPU microseconds per record: until it could be journaled, and in the engine."""
    began = time.process_time()
    ready = [way.prepare(body) for body in way.bodies]
    checked = time.process_time() - began
    content = b"".join(b"".join(encode(body, time.time_ns(), b"")) for body in ready)
    store = shared_store()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "segment"
        path.write_bytes(content)
        began = time.process_time()
        store.insert_segment(way.signal, path, f"{way.signal}-bench-{time.time_ns()}")
        inserted = time.process_time() - began
    return checked / records * 1e6, inserted / records * 1e6


def _body(check: RequestCheck | BatchCheck, body: bytes) -> bytes:
    checked = check.quick(body)
    assert checked is not None, "the bodies are plain"
    return checked.body


def _parts(items: list[ItemT]) -> list[list[ItemT]]:
    return [items[start : start + BATCH] for start in range(0, len(items), BATCH)]


if __name__ == "__main__":
    main()
