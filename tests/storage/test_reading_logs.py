"""Access logs and logs are read back by value, and found by request and by trace."""

from dataclasses import replace
from pathlib import Path

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import SEVERITY_NUMBER_ERROR
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord as OtlpLogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span as OtlpSpan

from meshhub.model import Signal
from meshhub.testing.by_ids import of_request, of_trace
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import (
    Proxy,
    access_log,
    inbound,
    key_values,
    load,
    logs_request,
    outbound,
    span,
    traces_request,
)
from meshhub.testing.records import blank
from storage.client import Store
from storage.records.access_logs import AccessLog
from storage.records.logs import LogRecord
from storage.records.spans import Span

LIMIT = {"limit": 1000}


def test_the_access_logs_of_a_request_come_from_both_proxies(store: Store, folder: Path, sent: Exchange) -> None:
    said = {
        "request_id": sent.request,
        "method": "POST",
        "path": "/reviews/7?page=2",
        "response_code": "503",
        "response_flags": "UF,URX",
        "grpc_status": "14",
        "request_attempts": "3",
        "bytes_received": "12",
        "bytes_sent": "345",
        "duration_us": "1500",
        "upstream_connect_us": "200",
        "upstream_first_byte_us": "900",
        "x_forwarded_for": "203.0.113.7",
    }
    client = access_log(sent.start, outbound(sent.caller, sent.callee, **said), trace_id=sent.trace, span_id="aa" * 8)
    server = access_log(sent.start + 1, inbound(sent.caller, sent.callee, **said), trace_id=sent.trace)
    load(store, folder, Signal.LOGS, [logs_request(sent.caller, [client]), logs_request(sent.callee, [server])])

    by_request = store.query("access_logs_by_ids", of_request(store, sent.request), AccessLog)
    assert by_request == store.query("access_logs_by_ids", of_trace(store, sent.trace), AccessLog)
    first, second = by_request
    expected = {
        "time_unix_nano": sent.start, "log_type": "DownstreamEnd", "reporter": "client", "role": "sidecar",
        "source_service": sent.caller.service, "destination_service": sent.callee.service,
        "source_principal": sent.caller.principal, "destination_principal": sent.callee.principal,
        "destination_kind": "service", "request_id": sent.request, "trace_id": sent.trace, "span_id": "aa" * 8,
        "method": "POST", "path": "/reviews/7?page=2", "transport": "grpc", "response_code": 503, "grpc_status": 14,
        "response_flags": "UF,URX", "request_attempts": 3, "bytes_received": 12, "bytes_sent": 345, "duration_us": 1500,
        "upstream_connect_us": 200, "upstream_first_byte_us": 900, "security": "mtls",
        "attributes": {"x_forwarded_for": "203.0.113.7"},
    }  # fmt: skip
    assert {name: getattr(first, name) for name in expected} == expected
    assert (second.reporter, second.span_id, second.security) == ("server", "", "mtls")
    assert (second.source_service, second.destination_service) == (sent.caller.service, sent.callee.service)


def test_what_an_access_log_leaves_out_is_nothing_not_a_guess(store: Store, folder: Path, sent: Exchange) -> None:
    record = OtlpLogRecord(
        time_unix_nano=sent.start, attributes=key_values({"response_flags": "-", "request_id": sent.request})
    )
    request = logs_request(Proxy(""), [record])
    del request.resource_logs[0].resource.attributes[:]
    load(store, folder, Signal.LOGS, [request])

    [read] = store.query("access_logs_by_ids", of_request(store, sent.request), AccessLog)
    assert read == replace(
        blank(AccessLog), time_unix_nano=sent.start, request_id=sent.request, reporter="unknown", transport="tcp",
        grpc_status=-1, security="unknown", sampled="unknown",
    )  # fmt: skip


def test_the_trace_context_tells_whether_a_trace_was_kept(store: Store, folder: Path, sent: Exchange) -> None:
    contexts = {
        f"00-{sent.trace}-{'ab' * 8}-01": "yes",
        f"00-{sent.trace}-{'ab' * 8}-00": "no",
        f"00-{sent.trace}-{'ab' * 8}-03": "yes",
        "-": "unknown",
        "nonsense": "unknown",
    }
    logs = [
        access_log(sent.start + number, {"traceparent": context, "request_id": sent.request})
        for number, context in enumerate(contexts)
    ]
    load(store, folder, Signal.LOGS, [logs_request(sent.caller, logs)])
    found = store.query("access_logs_by_ids", of_request(store, sent.request), AccessLog)
    assert [read.sampled for read in found] == list(contexts.values())


def test_a_connection_is_no_request(store: Store, folder: Path, sent: Exchange) -> None:
    attributes = {
        "log_type": "TcpConnectionEnd", "method": "-", "path": "-", "protocol": "-", "response_code": "0",
        "duration_us": "-", "duration_ms": "12", "request_id": sent.request,
    }  # fmt: skip
    load(store, folder, Signal.LOGS, [logs_request(sent.caller, [access_log(sent.start, attributes)])])

    [read] = store.query("access_logs_by_ids", of_request(store, sent.request), AccessLog)
    assert (read.transport, read.response_code, read.method, read.duration_us) == ("tcp", 0, "", 12_000)


def test_a_log_of_an_application_is_found_by_trace_and_by_request(store: Store, folder: Path, sent: Exchange) -> None:
    record = OtlpLogRecord(
        time_unix_nano=sent.start,
        severity_number=SEVERITY_NUMBER_ERROR,
        severity_text="ERROR",
        event_name="payment.failed",
        body=AnyValue(string_value="card declined"),
        attributes=[*key_values({"request_id": sent.request}), KeyValue(key="try", value=AnyValue(int_value=2))],
        trace_id=bytes.fromhex(sent.trace),
        span_id=b"\x03" * 8,
    )
    request = logs_request(sent.caller, [record])
    request.resource_logs[0].scope_logs[0].scope.name = "shop.payment"
    load(store, folder, Signal.LOGS, [request])

    expected = LogRecord(
        sent.start, "lab", "test", sent.caller.service, "v1", sent.caller.name, 17, "ERROR", "payment.failed",
        "card declined", sent.trace, "03" * 8, sent.request, "shop.payment", {"request_id": sent.request, "try": "2"},
    )  # fmt: skip
    assert store.query("logs_by_ids", of_trace(store, sent.trace), LogRecord) == [expected]
    assert store.query("logs_by_ids", of_request(store, sent.request), LogRecord) == [expected]


def test_a_request_is_followed_into_the_spans_and_logs_that_share_its_trace(
    store: Store, folder: Path, sent: Exchange
) -> None:
    seen = access_log(sent.start, outbound(sent.caller, sent.callee, request_id=sent.request), trace_id=sent.trace)
    inner = span(
        "work", OtlpSpan.SPAN_KIND_INTERNAL, trace_id=sent.trace, span_id="04" * 8, start=sent.start, duration=1
    )
    said = OtlpLogRecord(time_unix_nano=sent.start, trace_id=bytes.fromhex(sent.trace), body=AnyValue(string_value="x"))
    load(store, folder, Signal.LOGS, [logs_request(sent.caller, [seen, said])])
    load(store, folder, Signal.TRACES, [traces_request(sent.caller, [inner], scope="app")])

    question = of_request(store, sent.request)
    assert [read.span_id for read in store.query("spans_by_ids", question, Span)] == ["04" * 8]
    assert [read.body for read in store.query("logs_by_ids", question, LogRecord)] == ["x"]


def test_requests_without_a_trace_are_not_mixed_up(store: Store, folder: Path, sent: Exchange) -> None:
    logs = [access_log(sent.start, {"request_id": f"{sent.request}-{number}"}) for number in range(3)]
    load(store, folder, Signal.LOGS, [logs_request(sent.caller, logs)])
    found = store.query("access_logs_by_ids", of_request(store, f"{sent.request}-1"), AccessLog)
    assert [read.request_id for read in found] == [f"{sent.request}-1"]
