"""The fields of access logs, and which of them requests are counted by per minute."""

from meshhub.expression import Field, Kind
from meshhub.outcome import CONNECTION_RESET_FLAGS, NOT_CONNECTED_FLAGS, RESET_FLAGS, Outcome
from storage.filters.columns import (
    Column,
    Columns,
    Form,
    duration,
    enumeration,
    fields_of,
    identifier,
    listed,
    number,
    size,
    text,
    truth,
)


def _any_of(flags: frozenset[str]) -> str:
    listing = ", ".join(f"'{flag}'" for flag in sorted(flags))
    return f"hasAny(splitByChar(',', toString({{t}}.response_flags)), [{listing}])"


_OUTCOME = (
    f"multiIf({{t}}.transport = 'tcp', multiIf({_any_of(NOT_CONNECTED_FLAGS)}, 'no_response', "
    f"{_any_of(CONNECTION_RESET_FLAGS)}, 'reset', 'ok'), {{t}}.grpc_status > 0, 'grpc', "
    f"{{t}}.response_code = 0, if({_any_of(RESET_FLAGS)}, 'reset', 'no_response'), "
    "{t}.response_code >= 500, '5xx', {t}.response_code >= 400, '4xx', 'ok')"
)
"""meshhub.outcome.classify, in SQL."""

ACCESS_LOGS = Columns(
    "access_logs",
    (
        text("source", "source_service", "service that called", "from"),
        text("source.namespace", "source_namespace", "namespace of the caller", "source_namespace"),
        text("source.version", "source_version", "version of the caller", "source_version"),
        text("source.cluster", "source_cluster", "cluster of the caller", "source_cluster"),
        text("source.principal", "source_principal", "SPIFFE id of the caller", "source_principal"),
        text("destination", "destination_service", "service that was called", "dest", "to"),
        text("destination.namespace", "destination_namespace", "its namespace", "destination_namespace"),
        text("destination.version", "destination_version", "its version", "destination_version"),
        text("destination.cluster", "destination_cluster", "its cluster", "destination_cluster"),
        text("destination.principal", "destination_principal", "its SPIFFE id", "destination_principal"),
        text("destination.kind", "destination_kind", "service, external or passthrough", "destination_kind"),
        number("status", "response_code", "HTTP status that was answered", "response_code", "code"),
        number("grpc", "grpc_status", "gRPC status", "grpc_status", none=-1),
        Column(
            Field("outcome", Kind.ENUMERATION, "how it ended", (), tuple(str(outcome) for outcome in Outcome)),
            _OUTCOME,
            "",
        ),
        truth("error", f"{_OUTCOME} NOT IN ('ok', '4xx')", "ended with an error that is not the caller's", "failed"),
        listed("flag", "response_flags", "Envoy's response flags, short names", "flags", "response_flags"),
        text("details", "response_code_details", "why this response code", "response_code_details"),
        text("termination", "connection_termination_details", "why the connection ended"),
        text("transport_failure", "upstream_transport_failure_reason", "why TLS or TCP to the upstream failed"),
        duration("duration", "duration_us", "from the first byte received to the last byte sent", "latency"),
        text("method", "method", "HTTP method"),
        text("authority", "authority", "HTTP host that was asked for", "host"),
        text("path", "path", "HTTP path with query", "url"),
        text("route", "route_name", "Envoy route", "route_name"),
        text("protocol", "protocol", "HTTP/1.1, HTTP/2"),
        enumeration("transport", "transport", ("http", "grpc", "tcp"), "kind of call"),
        text("user_agent", "user_agent", "HTTP user agent", "agent"),
        number("attempts", "request_attempts", "1 and retries", "request_attempts", none=None),
        size("received", "bytes_received", "body from the caller", "bytes_received", "request_size"),
        size("sent", "bytes_sent", "body to the caller", "bytes_sent", "response_size"),
        enumeration("reporter", "reporter", ("client", "server", "unknown"), "side of the call that says so"),
        text("service", "service", "service of the reporting proxy", "svc"),
        text("namespace", "namespace", "namespace of the reporting proxy", "ns"),
        text("version", "version", "version of the reporting proxy"),
        text("cluster", "cluster", "cluster of the reporting proxy"),
        text("instance", "instance", "pod or node of the reporting proxy", "pod"),
        text("role", "role", "sidecar, gateway or waypoint"),
        text("request_id", "request_id", "x-request-id", "request"),
        identifier("trace_id", "trace_id", "trace id, in hex", "trace"),
        identifier("span_id", "span_id", "span id, in hex", "span", form=Form.ID8),
        enumeration("sampled", "sampled", ("yes", "no", "unknown"), "sampling flag of its trace context"),
        enumeration("security", "security", ("mtls", "tls", "plaintext", "unknown"), "of the connection"),
        truth("mtls", "{t}.security = 'mtls'", "secured by mutual TLS", present="{t}.security != 'unknown'"),
        duration("request_duration", "request_duration_us", "receiving the request"),
        duration("connect", "upstream_connect_us", "TCP connect to the upstream host"),
        duration("handshake", "upstream_handshake_us", "TLS handshake with the upstream host"),
        duration("queue", "upstream_queue_us", "waiting before it was sent upstream"),
        duration("first_byte", "upstream_first_byte_us", "from the first byte sent upstream to the first back"),
        duration("upstream_response", "upstream_response_us", "receiving the answer from upstream"),
        duration("send", "response_duration_us", "sending the answer to the caller"),
        text("upstream_cluster", "upstream_cluster", "Envoy cluster that was called"),
        text("upstream_host", "upstream_host", "address that was called"),
        text("remote_address", "downstream_remote_address", "address of the caller"),
        text("local_address", "downstream_local_address", "address that was called, as the caller saw it"),
        text("sni", "requested_server_name", "TLS server name"),
        text("downstream_tls", "downstream_tls_version", "TLS version of the caller's connection"),
        text("upstream_tls", "upstream_tls_version", "TLS version of the connection upstream"),
        text("log_type", "log_type", "DownstreamEnd, TcpConnectionEnd, ..."),
        text("tenant", "tenant", "whose it is"),
    ),
)

REQUEST_MINUTES = ACCESS_LOGS.part(
    "request_minutes",
    (
        "source", "source.namespace", "source.version", "source.cluster", "destination", "destination.namespace",
        "destination.version", "destination.cluster", "destination.kind", "status", "grpc", "outcome", "error", "flag",
        "details", "method", "route", "transport", "reporter", "instance", "role", "security", "mtls", "tenant",
    ),
)  # fmt: skip

ACCESS_LOG_FIELDS = fields_of(ACCESS_LOGS)
