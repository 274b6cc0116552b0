"""Builders of the store's rows: what tests of the graph and of journeys are made of."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar, get_origin, get_type_hints

from meshhub.testing.otlp import Proxy
from storage.records.access_logs import AccessLog
from storage.records.edges import ServiceEdgeReport
from storage.records.logs import LogRecord
from storage.records.spans import Span

START = 1_790_000_000_000_000_000
"""Unix nanoseconds that offsets of the builders count from."""

MILLISECOND = 1_000_000

NOW = datetime(2026, 9, 21, 13, 33, 20, tzinfo=UTC)

Outcomes = Mapping[tuple[int, int, str, str], int]

RecordT = TypeVar("RecordT")


def blank(record: type[RecordT]) -> RecordT:
    """A row with nothing in it: "", 0, no entries."""
    return record(**{name: (get_origin(kind) or kind)() for name, kind in get_type_hints(record).items()})


_BLANK_LOG = blank(AccessLog)
_BLANK_SPAN = blank(Span)


def client_log(source: Proxy, destination: Proxy, at: float, duration: float, **changes: Any) -> AccessLog:
    """What the caller's proxy says of a successful call; `at` (from START) and `duration` are milliseconds."""
    return _log(
        source,
        at,
        duration,
        reporter="client",
        source=source,
        destination=destination,
        destination_cluster="",
        destination_version="",
        upstream_cluster=f"{destination.service}.{destination.namespace}",
        upstream_host=address_of(destination),
        upstream_tls_version="TLSv1.3",
        **changes,
    )


def server_log(source: Proxy, destination: Proxy, at: float, duration: float, **changes: Any) -> AccessLog:
    """What the callee's proxy says of the same; times are by its own clock."""
    return _log(
        destination,
        at,
        duration,
        reporter="server",
        source=source,
        destination=destination,
        source_cluster="",
        source_version="",
        upstream_cluster="inbound|8080",
        upstream_host="127.0.0.1:8080",
        downstream_local_address=address_of(destination),
        downstream_tls_version="TLSv1.3",
        **changes,
    )


def address_of(proxy: Proxy) -> str:
    """Where the proxy of a workload listens: its own for every instance."""
    return f"10.0.0.{sum(proxy.name.encode()) % 250}:8080"


def _log(
    reporter_proxy: Proxy, at: float, duration: float, *, source: Proxy, destination: Proxy, **changes: Any
) -> AccessLog:
    row = replace(
        _BLANK_LOG,
        time_unix_nano=START + round(at * MILLISECOND),
        duration_us=round(duration * 1000),
        log_type="DownstreamEnd",
        cluster=reporter_proxy.cluster,
        namespace=reporter_proxy.namespace,
        service=reporter_proxy.service,
        version=reporter_proxy.version,
        instance=reporter_proxy.name,
        role=reporter_proxy.role,
        source_cluster=source.cluster,
        source_namespace=source.namespace,
        source_service=source.service,
        source_version=source.version,
        source_principal=source.principal,
        destination_kind="service",
        destination_cluster=destination.cluster,
        destination_namespace=destination.namespace,
        destination_service=destination.service,
        destination_version=destination.version,
        destination_principal=destination.principal,
        request_id="11111111-1111-4111-8111-111111111111",
        method="GET",
        authority=destination.service,
        path="/",
        protocol="HTTP/1.1",
        transport="http",
        response_code=200,
        grpc_status=-1,
        response_code_details="via_upstream",
        request_attempts=1,
        security="mtls",
    )
    return replace(row, **changes)


def span_record(proxy: Proxy, span_id: str, parent: str, at: float, duration: float, **changes: Any) -> Span:
    """A span of a workload's application, of the trace "ab…"; times as for access logs."""
    row = replace(
        _BLANK_SPAN,
        time_unix_nano=START + round(at * MILLISECOND),
        duration_ns=round(duration * MILLISECOND),
        trace_id="ab" * 16,
        span_id=span_id,
        parent_span_id=parent,
        flags=1,
        name="work",
        kind="internal",
        status_code="unset",
        cluster=proxy.cluster,
        namespace=proxy.namespace,
        service=proxy.service,
        version=proxy.version,
        instance=proxy.name,
    )
    return replace(row, **changes)


def log_record(proxy: Proxy, at: float, body: str, **changes: Any) -> LogRecord:
    """A log line of a workload's application; times as for access logs."""
    row = LogRecord(
        time_unix_nano=START + round(at * MILLISECOND),
        cluster=proxy.cluster,
        namespace=proxy.namespace,
        service=proxy.service,
        version=proxy.version,
        instance=proxy.name,
        severity_number=9,
        severity_text="INFO",
        event_name="",
        body=body,
        trace_id="",
        span_id="",
        request_id="",
        scope_name="",
        attributes={},
    )
    return replace(row, **changes)


def client_report(source: Proxy, destination: Proxy, outcomes: Outcomes, **changes: Any) -> ServiceEdgeReport:
    """What the caller's proxies say of an edge over a window, by requests per outcome (code, gRPC, flags, security)."""
    made = _report("client", source, destination, outcomes)
    known = {"destination_cluster": "", "source_versions": {source.version: made.requests}}
    return replace(made, source_role=source.role, **(known | changes))


def server_report(source: Proxy, destination: Proxy, outcomes: Outcomes, **changes: Any) -> ServiceEdgeReport:
    """What the callee's proxies say of the same."""
    made = _report("server", source, destination, outcomes)
    known = {"source_cluster": "", "destination_versions": {destination.version: made.requests}}
    return replace(made, **(known | changes))


def _report(reporter: str, source: Proxy, destination: Proxy, outcomes: Outcomes) -> ServiceEdgeReport:
    requests = sum(outcomes.values())
    return ServiceEdgeReport(
        signal="access_log",
        reporter=reporter,
        source_role="",
        source_cluster=source.cluster,
        source_namespace=source.namespace,
        source_service=source.service,
        destination_kind="service",
        destination_cluster=destination.cluster,
        destination_namespace=destination.namespace,
        destination_service=destination.service,
        family="http",
        requests=requests,
        grpc_requests=0,
        attempts=requests,
        bytes_sent=100 * requests,
        bytes_received=10 * requests,
        duration_us_sum=2000 * requests,
        latency_us=[1000.0, 2000.0, 3000.0, 4000.0],
        outcomes=(list(outcomes), list(outcomes.values())),
        source_versions={"": requests},
        destination_versions={"": requests},
        source_principals=[source.principal],
        destination_principals=[destination.principal],
        first_seen=NOW,
        last_seen=NOW,
    )
