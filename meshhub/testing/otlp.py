"""Builders of what proxies and applications send: OTLP requests as Envoy writes them, and segments that hold them.

Access logs carry the attributes of meshhub's own wiring, every value a string and "-" for absent, as Envoy sends them.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.journal.record import encode
from meshhub.model import Signal

_sequence = count()


@dataclass(frozen=True, slots=True)
class Proxy:
    """One proxy (or the application behind it): what identifies it on all signals."""

    service: str
    namespace: str = "test"
    version: str = "v1"
    cluster: str = "lab"
    instance: str = ""
    role: str = "sidecar"
    trust_domain: str = "test.meshhub"

    @property
    def principal(self) -> str:
        return f"spiffe://{self.trust_domain}/ns/{self.namespace}/sa/{self.service}"

    @property
    def name(self) -> str:
        return self.instance or f"{self.service}-{self.version}-1"

    def resource(self) -> Resource:
        """The resource attributes of its telemetry."""
        attributes = {
            "service.name": self.service,
            "service.namespace": self.namespace,
            "service.version": self.version,
            "service.instance.id": self.name,
            "k8s.cluster.name": self.cluster,
            "meshhub.node.role": self.role,
        }
        return Resource(attributes=key_values(attributes))


def key_values(attributes: Mapping[str, str]) -> list[KeyValue]:
    """String attributes."""
    return [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in attributes.items()]


def access_log(
    time_unix_nano: int, attributes: Mapping[str, str], *, trace_id: str = "", span_id: str = ""
) -> LogRecord:
    """An access log with these attributes over the ones of a plain successful GET."""
    return LogRecord(
        time_unix_nano=time_unix_nano,
        trace_id=bytes.fromhex(trace_id),
        span_id=bytes.fromhex(span_id),
        attributes=key_values({**PLAIN_REQUEST, **attributes}),
    )


def outbound(source: Proxy, destination: Proxy, **attributes: str) -> dict[str, str]:
    """The attributes by which the caller's proxy names both ends of a call secured by mutual TLS."""
    named = {
        "direction": "2",
        "authority": destination.service,
        "upstream_cluster": f"{destination.service}.{destination.namespace}",
        "upstream_host": "127.0.0.1:10001",
        "upstream_tls_version": "TLSv1.3",
        "upstream_peer_uri_san": destination.principal,
        "upstream_local_uri_san": source.principal,
    }
    return named | attributes


def inbound(source: Proxy, destination: Proxy, **attributes: str) -> dict[str, str]:
    """The attributes by which the callee's proxy names both ends of a call secured by mutual TLS."""
    named = {
        "direction": "1",
        "authority": destination.service,
        "upstream_cluster": "inbound|8080",
        "upstream_host": "127.0.0.1:8080",
        "downstream_local_address": "127.0.0.1:10001",
        "downstream_tls_version": "TLSv1.3",
        "downstream_peer_uri_san": source.principal,
        "downstream_local_uri_san": destination.principal,
    }
    return named | attributes


def logs_request(proxy: Proxy, records: Iterable[LogRecord]) -> ExportLogsServiceRequest:
    """What the proxy sends for these records."""
    request = ExportLogsServiceRequest()
    resource_logs = request.resource_logs.add(resource=proxy.resource())
    resource_logs.scope_logs.add(log_records=list(records))
    return request


def traces_request(proxy: Proxy, spans: Iterable[Span], *, scope: str = "envoy") -> ExportTraceServiceRequest:
    """What the proxy (or, with another scope, its application) sends for these spans."""
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add(resource=proxy.resource())
    scope_spans = resource_spans.scope_spans.add(spans=list(spans))
    scope_spans.scope.name = scope
    return request


def span(
    name: str,
    kind: "Span.SpanKind.ValueType",
    *,
    trace_id: str,
    span_id: str,
    parent_span_id: str = "",
    start: int,
    duration: int,
    attributes: Mapping[str, str] | None = None,
) -> Span:
    """A span; times in Unix nanoseconds, ids in hex."""
    return Span(
        name=name,
        kind=kind,
        trace_id=bytes.fromhex(trace_id),
        span_id=bytes.fromhex(span_id),
        parent_span_id=bytes.fromhex(parent_span_id),
        start_time_unix_nano=start,
        end_time_unix_nano=start + duration,
        attributes=key_values(attributes or {}),
    )


def proxy_attributes(request_id: str, **attributes: str) -> dict[str, str]:
    """The attributes of a span of Envoy."""
    return {"component": "proxy", "guid:x-request-id": request_id, "http.status_code": "200", **attributes}


class Request(Protocol):
    """An OTLP request."""

    def SerializeToString(self) -> bytes: ...  # noqa: N802 - protobuf's name


class SegmentSink(Protocol):
    """Loads segments (storage.client.Store)."""

    def insert_segment(self, signal: Signal, path: Path, token: str) -> None: ...


def segment(requests: Iterable[Request], *, received: int) -> bytes:
    """The content of a journal segment with these requests, all taken at one time (Unix nanoseconds)."""
    return b"".join(b"".join(encode(request.SerializeToString(), received, b"")) for request in requests)


def load(
    sink: SegmentSink, directory: Path, signal: Signal, requests: Iterable[Request], *, received: int | None = None
) -> None:
    """Load the requests as one segment that the hub took then (Unix nanoseconds), or now."""
    token = f"{signal}-test-{time.time_ns()}-{next(_sequence)}"
    path = directory / f"{token}.segment"
    path.write_bytes(segment(requests, received=received or time.time_ns()))
    sink.insert_segment(signal, path, token)


PLAIN_REQUEST = {
    "log_type": "DownstreamEnd",
    "method": "GET",
    "path": "/",
    "protocol": "HTTP/1.1",
    "user_agent": "-",
    "x_forwarded_for": "-",
    "request_id": "-",
    "traceparent": "-",
    "response_code": "200",
    "grpc_status": "-",
    "response_flags": "-",
    "response_code_details": "via_upstream",
    "connection_termination_details": "-",
    "upstream_transport_failure_reason": "-",
    "request_attempts": "1",
    "bytes_received": "0",
    "bytes_sent": "100",
    "route_name": "default",
    "downstream_remote_address": "127.0.0.1:50000",
    "downstream_local_address": "127.0.0.1:15001",
    "requested_server_name": "-",
    "downstream_tls_version": "-",
    "upstream_tls_version": "-",
    "duration_us": "1000",
    "duration_ms": "1",
}
