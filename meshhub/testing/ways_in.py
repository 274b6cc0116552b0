"""The same telemetry by other ways in: what OTLP's builders make, as Envoy's access log service and as Zipkin."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.idl.envoy_access_logs_pb2 import HTTPAccessLogEntry, StreamAccessLogsMessage, TCPAccessLogEntry
from collector.idl.zipkin_pb2 import ListOfSpans
from meshhub.testing.otlp import PLAIN_REQUEST, Proxy

METHODS = ("", "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
PROTOCOLS = ("", "HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3")
TLS_VERSIONS = ("", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
LOG_TYPES = ("", "", "", "TcpConnectionEnd", "DownstreamStart", "DownstreamPeriodic", "DownstreamEnd")
FLAGS = {
    "LH": "failed_local_healthcheck", "UH": "no_healthy_upstream", "UT": "upstream_request_timeout",
    "LR": "local_reset",
    "UR": "upstream_remote_reset", "UF": "upstream_connection_failure", "UC": "upstream_connection_termination",
    "UO": "upstream_overflow", "NR": "no_route_found", "DI": "delay_injected", "FI": "fault_injected",
    "RL": "rate_limited", "RLSE": "rate_limit_service_error", "DC": "downstream_connection_termination",
    "URX": "upstream_retry_limit_exceeded", "SI": "stream_idle_timeout", "IH": "invalid_envoy_request_headers",
    "DPE": "downstream_protocol_error", "UMSDR": "upstream_max_stream_duration_reached",
    "RFCF": "response_from_cache_filter", "NFCF": "no_filter_config_found", "DT": "duration_timeout",
    "UPE": "upstream_protocol_error", "NC": "no_cluster_found", "OM": "overload_manager",
    "DF": "dns_resolution_failure", "DR": "downstream_remote_reset",
}  # fmt: skip
"""Short names of response flags, and their fields in ALS; UAEX is a message of its own."""

TAGS = ("direction", "upstream_tls_version", "upstream_peer_uri_san", "upstream_local_uri_san")
"""What meshhub's wiring asks Envoy to send as custom tags."""


def node_metadata(proxy: Proxy) -> dict[str, Any]:
    """What the node of the proxy says of it."""
    return {
        "NAMESPACE": proxy.namespace,
        "WORKLOAD_NAME": f"{proxy.service}-{proxy.version}",
        "CLUSTER_ID": proxy.cluster,
        "NAME": proxy.name,
        "LABELS": {"app": proxy.service, "version": proxy.version},
        "meshhub.node.role": proxy.role,
    }


def access_logs_message(
    proxy: Proxy | None, entries: Iterable[HTTPAccessLogEntry] = (), connections: Iterable[TCPAccessLogEntry] = ()
) -> StreamAccessLogsMessage:
    """A message of a stream, the first one if it says whose the stream is."""
    message = StreamAccessLogsMessage()
    if proxy is not None:
        node = message.identifier.node
        node.id, node.cluster = proxy.name, f"{proxy.service}.{proxy.namespace}"
        node.metadata.update(node_metadata(proxy))
        message.identifier.log_name = "meshhub"
    for entry in entries:
        message.http_logs.log_entry.append(entry)
    for connection in connections:
        message.tcp_logs.log_entry.append(connection)
    return message


def http_entry(
    time_unix_nano: int, attributes: Mapping[str, str], *, trace_id: str = "", span_id: str = ""
) -> HTTPAccessLogEntry:
    """The entry of a request of which `access_log` with these arguments makes a log record."""
    said = {key: "" if value == "-" else value for key, value in {**PLAIN_REQUEST, **attributes}.items()}
    entry = HTTPAccessLogEntry(protocol_version=PROTOCOLS.index(said["protocol"]))
    _fill_common(entry.common_properties, time_unix_nano, said)
    request, response = entry.request, entry.response
    request.request_method = METHODS.index(said["method"])
    request.authority, request.path, request.request_id = said["authority"], said["path"], said["request_id"]
    request.forwarded_for = said["x_forwarded_for"]
    request.user_agent, request.request_body_bytes = said["user_agent"], int(said["bytes_received"])
    if trace_id:
        entry.common_properties.custom_tags["trace_id"] = trace_id
    if span_id:
        request.request_headers["traceparent"] = f"00-{trace_id}-{span_id}-01"
    response.response_code.value = int(said["response_code"])
    response.response_body_bytes = int(said["bytes_sent"])
    response.response_code_details = said["response_code_details"]
    if said["grpc_status"]:
        response.response_trailers["grpc-status"] = said["grpc_status"]
    return entry


def tcp_entry(time_unix_nano: int, attributes: Mapping[str, str]) -> TCPAccessLogEntry:
    """The entry of a connection; see `http_entry`."""
    said = {key: "" if value == "-" else value for key, value in {**PLAIN_REQUEST, **attributes}.items()}
    entry = TCPAccessLogEntry()
    _fill_common(entry.common_properties, time_unix_nano, said)
    entry.connection_properties.received_bytes = int(said["bytes_received"])
    entry.connection_properties.sent_bytes = int(said["bytes_sent"])
    return entry


def _fill_common(common: Any, time_unix_nano: int, said: Mapping[str, str]) -> None:
    common.start_time.FromNanoseconds(time_unix_nano)
    common.duration.FromMicroseconds(int(said["duration_us"]))
    common.time_to_last_downstream_tx_byte.FromMicroseconds(int(said["duration_us"]))
    common.access_log_type = LOG_TYPES.index(said["log_type"])
    common.upstream_cluster = said["upstream_cluster"]
    common.route_name = said["route_name"]
    common.upstream_request_attempt_count = int(said["request_attempts"] or 0)
    common.connection_termination_details = said["connection_termination_details"]
    common.upstream_transport_failure_reason = said["upstream_transport_failure_reason"]
    for name in filter(None, said["response_flags"].split(",")):
        if name == "UAEX":
            common.response_flags.unauthorized_details.reason = 1
        else:
            setattr(common.response_flags, FLAGS[name], True)
    _fill_address(common.upstream_remote_address, said["upstream_host"])
    _fill_address(common.downstream_remote_address, said["downstream_remote_address"])
    _fill_address(common.downstream_local_address, said["downstream_local_address"])
    _fill_tls(common, said)
    for name in TAGS:
        common.custom_tags[name] = said.get(name) or "-"


def _fill_tls(common: Any, said: Mapping[str, str]) -> None:
    version = said["downstream_tls_version"]
    if not version:
        return
    tls = common.tls_properties
    tls.tls_version, tls.tls_sni_hostname = TLS_VERSIONS.index(version), said["requested_server_name"]
    if said.get("downstream_peer_uri_san"):
        tls.peer_certificate_properties.subject_alt_name.add(uri=said["downstream_peer_uri_san"])
    if said.get("downstream_local_uri_san"):
        tls.local_certificate_properties.subject_alt_name.add(uri=said["downstream_local_uri_san"])


def _fill_address(address: Any, text: str) -> None:
    host, _, port = text.rpartition(":")
    if host:
        address.socket_address.address, address.socket_address.port_value = host, int(port)


def zipkin_spans(proxy: Proxy, spans: Iterable[Span], *, shared: bool = False) -> ListOfSpans:
    """What the proxy sends for these spans to Zipkin as protobuf, if its tracer tags them with its resource."""
    kinds = {Span.SPAN_KIND_CLIENT: 1, Span.SPAN_KIND_SERVER: 2, Span.SPAN_KIND_PRODUCER: 3, Span.SPAN_KIND_CONSUMER: 4}
    resource = {attribute.key: attribute.value.string_value for attribute in proxy.resource().attributes}
    request = ListOfSpans()
    for span in spans:
        made = request.spans.add(
            trace_id=span.trace_id,
            id=span.span_id[::-1],
            parent_id=span.parent_span_id[::-1],
            kind=kinds.get(span.kind, 0),
            name=span.name,
            timestamp=span.start_time_unix_nano // 1000,
            duration=(span.end_time_unix_nano - span.start_time_unix_nano) // 1000,
            shared=shared and span.kind == Span.SPAN_KIND_SERVER,
        )
        made.local_endpoint.service_name = f"{proxy.service}.{proxy.namespace}"
        made.tags.update({attribute.key: attribute.value.string_value for attribute in span.attributes} | resource)
    return request


def zipkin_json(request: ListOfSpans) -> bytes:
    """The same as Zipkin's JSON."""
    names = ("", "CLIENT", "SERVER", "PRODUCER", "CONSUMER")
    spans = []
    for span in request.spans:
        made: dict[str, Any] = {"traceId": span.trace_id.hex(), "name": span.name}
        is_of_envoy = span.tags.get("component") == "proxy"
        made["id"] = (span.id[::-1] if is_of_envoy else span.id).hex()
        if span.parent_id:
            made["parentId"] = (span.parent_id[::-1] if is_of_envoy else span.parent_id).hex()
        if span.kind:
            made["kind"] = names[span.kind]
        made |= {"timestamp": span.timestamp, "duration": span.duration, "tags": dict(span.tags)}
        made["localEndpoint"] = {"serviceName": span.local_endpoint.service_name}
        if span.shared:
            made["shared"] = True
        spans.append(made)
    return json.dumps(spans).encode()
