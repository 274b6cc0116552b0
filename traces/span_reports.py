"""Reads a proxy's span as the access log that it did not send.

Keys as Envoy's tracers write them. What a span does not say stays absent: peers' certificates, parts of the duration,
attempts.
"""

from collections.abc import Sequence

from storage.records.access_logs import AccessLog
from storage.records.spans import Span

LOG_TYPE = "Span"
"""The log type that tells such a report from an access log."""

_KINDS = {"client": "client", "producer": "client", "server": "server", "consumer": "server"}

_INNER = ("router ", "async ")
"""How Envoy names the spans that it makes within a request's: one per attempt upstream, one per check by a filter."""


def missing_reports(spans: Sequence[Span], logs: Sequence[AccessLog]) -> list[AccessLog]:
    """The reports that proxies' spans stand for, where no access log has their ids."""
    known = {(log.trace_id, log.span_id) for log in logs}
    return [
        report_from(span) for span in spans if _stands_for_report(span) and (span.trace_id, span.span_id) not in known
    ]


def report_from(span: Span) -> AccessLog:
    """The report that one span stands for."""
    server = _KINDS[span.kind] == "server"
    kind, namespace, service = _destination(span.upstream_cluster)
    return AccessLog(
        time_unix_nano=span.time_unix_nano,
        log_type=LOG_TYPE,
        reporter=_KINDS[span.kind],
        cluster=span.cluster,
        namespace=span.namespace,
        service=span.service,
        version=span.version,
        instance=span.instance,
        role="",
        source_cluster="" if server else span.cluster,
        source_namespace="" if server else span.namespace,
        source_service="" if server else span.service,
        source_version="" if server else span.version,
        source_principal="",
        destination_kind="service" if server else kind,
        destination_cluster=span.cluster if server else "",
        destination_namespace=span.namespace if server else namespace,
        destination_service=span.service if server else service,
        destination_version=span.version if server else "",
        destination_principal="",
        request_id=span.request_id,
        trace_id=span.trace_id,
        span_id=span.span_id,
        sampled="unknown",
        method=span.method,
        authority="",
        path=span.url,
        route_name="",
        protocol=span.protocol,
        transport="grpc" if "grpc.status_code" in span.attributes else "http",
        user_agent=span.user_agent,
        response_code=span.response_code,
        grpc_status=_number(span.attributes.get("grpc.status_code", ""), -1),
        response_flags="" if span.response_flags == "-" else span.response_flags,
        response_code_details="",
        connection_termination_details="",
        upstream_transport_failure_reason="",
        request_attempts=1,
        bytes_received=span.request_size,
        bytes_sent=span.response_size,
        duration_us=span.duration_ns // 1000,
        request_duration_us=0,
        upstream_connect_us=0,
        upstream_handshake_us=0,
        upstream_queue_us=0,
        upstream_first_byte_us=0,
        upstream_response_us=0,
        response_duration_us=0,
        upstream_cluster=span.upstream_cluster,
        upstream_host=span.attributes.get("upstream_address", ""),
        downstream_remote_address=span.peer_address,
        downstream_local_address="",
        requested_server_name="",
        downstream_tls_version="",
        upstream_tls_version="",
        security="unknown",
        attributes={},
    )


def _stands_for_report(span: Span) -> bool:
    return span.component == "proxy" and span.kind in _KINDS and not span.name.startswith(_INNER)


def _destination(upstream_cluster: str) -> tuple[str, str, str]:
    """Kind, namespace and service; the forms are those of storage/schema/0006_function_destination.sql."""
    name = upstream_cluster.rpartition("|")[2]
    if not name or name == "-":
        return "", "", ""
    if upstream_cluster.startswith("external|"):
        return "external", "", name
    service, _, rest = name.partition(".")
    return "service", rest.partition(".")[0], service


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else otherwise
