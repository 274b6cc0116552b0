"""Each way in puts the same traffic into the same graph: one request's records are sent through each and compared."""

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as OtlpSpan

from collector.batches import BATCHES
from collector.checks.batch import BatchCheck
from collector.checks.zipkin_json import encode_zipkin
from collector.journal.record import encode, encode_resource
from collector.receivers.envoy_node import sender_of
from collector.settings import LimitSettings
from dashboard.reads.requests import RequestReads
from dashboard.reads.wiring import WiringReads
from meshhub.clock import SystemClock
from meshhub.model import Signal
from meshhub.testing.engine import open_store, rows, run
from meshhub.testing.everything import contents, written
from meshhub.testing.otlp import (
    Proxy,
    access_log,
    inbound,
    logs_request,
    outbound,
    proxy_attributes,
    segment,
    span,
    traces_request,
)
from meshhub.testing.ways_in import access_logs_message, http_entry, tcp_entry, zipkin_json, zipkin_spans
from storage.client import Store
from storage.settings import StorageSettings

FRONT, BACK, CACHE = Proxy("front"), Proxy("back"), Proxy("cache")
START = time.time_ns() // 1000 * 1000 - 5_000_000_000
TRACE, REQUEST = secrets.token_hex(16), "6f1c9d52-8f0e-9c1b-9c53-0b6a2d4f7e11"
SAID = {"request_id": REQUEST, "x_forwarded_for": "10.9.8.7"}
FAILED = {"response_code": "503", "response_flags": "UF,URX", "request_attempts": "3", "duration_us": "31000"}
TCP = {
    "method": "-",
    "protocol": "-",
    "path": "-",
    "authority": "-",
    "response_code": "0",
    "log_type": "TcpConnectionEnd",
    "response_code_details": "-",
}

CALLS = [
    (FRONT, outbound(FRONT, BACK, **SAID), 0),
    (BACK, inbound(FRONT, BACK, **SAID), 1),
    (BACK, outbound(BACK, CACHE, **SAID, **FAILED), 2),
]
CONNECTION = outbound(FRONT, CACHE, **TCP, bytes_received="7", bytes_sent="9")

Fill = Callable[[Store, Path], None]


def span_id(number: int) -> str:
    return f"{number + 1:016x}"


def traced(number: int) -> dict[str, str]:
    return {"traceparent": f"00-{TRACE}-{span_id(number)}-01"}


def spans_of(proxy: Proxy) -> list[OtlpSpan]:
    """The proxy's spans of the same calls."""
    made = []
    for number, (who, attributes, _) in enumerate(CALLS):
        if who == proxy:
            client = attributes["direction"] == "2"
            made.append(
                span(
                    "egress" if client else "ingress",
                    OtlpSpan.SPAN_KIND_CLIENT if client else OtlpSpan.SPAN_KIND_SERVER,
                    trace_id=TRACE,
                    span_id=span_id(number),
                    parent_span_id=span_id(number - 1) if number else "",
                    start=START + number * 1_000_000,
                    duration=1_000_000,
                    attributes=proxy_attributes(REQUEST, upstream_cluster=attributes["upstream_cluster"]),
                )
            )
    return made


def load(store: Store, folder: Path, signal: Signal, content: bytes) -> None:
    written(folder, signal, content, f"{signal}-{secrets.token_hex(8)}").load(store)


def fill_by_otlp_logs(store: Store, folder: Path) -> None:
    requests = [
        logs_request(who, [access_log(START + at, said | traced(number), trace_id=TRACE, span_id=span_id(number))])
        for number, (who, said, at) in enumerate(CALLS)
    ]
    requests.append(logs_request(FRONT, [access_log(START, CONNECTION)]))
    load(store, folder, Signal.LOGS, segment(requests, received=START))


def fill_by_als(store: Store, folder: Path) -> None:
    """As the receiver of streams does: who sends is said in the first message only."""
    messages = [
        access_logs_message(who, [http_entry(START + at, said, trace_id=TRACE, span_id=span_id(number))])
        for number, (who, said, at) in enumerate(CALLS)
    ]
    second = access_logs_message(None, connections=[tcp_entry(START, CONNECTION)])
    streams = [[messages[0], second], *([message] for message in messages[1:])]
    check = BatchCheck(BATCHES[Signal.ENVOY_ACCESS_LOGS], LimitSettings())
    content = b""
    for stream in streams:
        sender = encode_resource(sender_of(stream[0].SerializeToString(), first=True) or b"")
        for message in stream:
            body = message.SerializeToString()
            checked = check.quick(body) or check.thorough(body)
            content += b"".join(encode(sender + checked.body, START, b""))
    load(store, folder, Signal.ENVOY_ACCESS_LOGS, content)


def fill_by_otlp_spans(store: Store, folder: Path) -> None:
    requests = [traces_request(proxy, spans_of(proxy)) for proxy in (FRONT, BACK)]
    load(store, folder, Signal.TRACES, segment(requests, received=START))


def fill_by_zipkin(store: Store, folder: Path) -> None:
    requests = [zipkin_spans(proxy, spans_of(proxy)) for proxy in (FRONT, BACK)]
    load(store, folder, Signal.ZIPKIN, segment(requests, received=START))


def fill_by_zipkin_json(store: Store, folder: Path) -> None:
    bodies = [encode_zipkin(zipkin_json(zipkin_spans(proxy, spans_of(proxy)))) for proxy in (FRONT, BACK)]
    load(store, folder, Signal.ZIPKIN, b"".join(b"".join(encode(body, START, b"")) for body in bodies))


@dataclass(frozen=True, slots=True)
class Left:
    """What a way in left of the request: rows by table, and the hops of its journey."""

    edges: list[Any]
    requests: list[Any]
    access_logs: list[Any]
    spans: list[Any]
    operations: list[Any]
    hops: list[Any]


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Left]:
    """What each way leaves in a store that holds nothing else."""
    store = open_store(StorageSettings(database=f"meshhub_ways_{secrets.token_hex(4)}"))
    store.migrations.apply()
    found = {}
    for name, fill in WAYS.items():
        fill(store, tmp_path_factory.mktemp("segments"))
        found[name] = read(store)
        for table in contents(store):
            run(store, f"TRUNCATE TABLE {table}")
    return found


def read(store: Store) -> Left:
    unlike = {"attributes", "resource_attributes", "scope_name", "scope_version"}
    return Left(
        table(store, "edges"),
        table(store, "request_minutes"),
        table(store, "access_logs", unlike),
        table(store, "spans", unlike),
        table(store, "span_operations"),
        hops(store),
    )


def table(store: Store, name: str, unlike: Iterable[str] = ()) -> list[tuple[Any, ...]]:
    columns = rows(store, f"DESCRIBE TABLE {name}")
    compared = [column for column, kind, *_ in columns if column not in unlike and not kind.startswith("AggregateF")]
    return sorted(rows(store, f"SELECT {', '.join(compared)} FROM {name}"), key=str)  # noqa: S608


def hops(store: Store) -> list[Any]:
    journey = RequestReads(store, SystemClock(), WiringReads(SystemClock())).journey(REQUEST)
    return [
        (hop.id, hop.source, hop.destination, hop.transport, hop.method, hop.path, hop.start_us, hop.duration_us,
         hop.outcome, hop.client, hop.attempts, hop.times, hop.notes)
        for hop in journey.hops
    ]  # fmt: skip


WAYS: dict[str, Fill] = {
    "OTLP logs": fill_by_otlp_logs,
    "ALS": fill_by_als,
    "OTLP spans": fill_by_otlp_spans,
    "Zipkin protobuf": fill_by_zipkin,
    "Zipkin JSON": fill_by_zipkin_json,
}


def test_access_logs_over_als_are_those_of_otlp(left: dict[str, Left]) -> None:
    otlp, als = left["OTLP logs"], left["ALS"]
    assert len(otlp.access_logs) == 4
    assert als.access_logs == otlp.access_logs
    assert als.edges == otlp.edges != []
    assert als.requests == otlp.requests != []
    assert als.hops == otlp.hops != []


@pytest.mark.parametrize("way", ["Zipkin protobuf", "Zipkin JSON"])
def test_spans_over_zipkin_are_those_of_otlp(left: dict[str, Left], way: str) -> None:
    otlp, zipkin = left["OTLP spans"], left[way]
    assert len(otlp.spans) == 3
    assert zipkin.spans == otlp.spans
    assert zipkin.edges == otlp.edges != []
    assert zipkin.operations == otlp.operations != []
    assert zipkin.hops == otlp.hops
