"""The fields of spans, and those of a search for requests: spans and access logs together."""

from meshhub.expression import Field, Kind
from storage.filters.access_logs import ACCESS_LOGS
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

_KINDS = ("server", "client", "internal", "producer", "consumer", "unspecified")

SPANS = Columns(
    "spans",
    (
        text("service", "service", "service that reported", "svc"),
        text("namespace", "namespace", "its namespace", "ns"),
        text("operation", "name", "name of the span", "name"),
        truth("error", "{t}.status_code = 'error'", "failed", "failed"),
        number("status", "response_code", "HTTP status", "response_code", "code"),
        duration("duration", "duration_ns", "of the span or request", "latency", scale=1000.0),
        listed("flag", "response_flags", "Envoy's response flags, short names", "flags", "response_flags"),
        text("request_id", "request_id", "x-request-id", "request"),
        identifier("trace_id", "trace_id", "trace id, in hex", "trace"),
        identifier("span_id", "span_id", "span id, in hex", "span", form=Form.ID8),
        text("version", "version", "its version"),
        text("cluster", "cluster", "its cluster"),
        text("instance", "instance", "its pod, node or process", "pod"),
        enumeration("kind", "kind", _KINDS, "kind of the span"),
        enumeration("span_status", "status_code", ("unset", "ok", "error"), "status of the span"),
        text("message", "status_message", "message of the span's status"),
        text("component", "component", '"proxy" for spans of Envoy'),
        text("scope", "scope_name", "instrumentation scope"),
        Column(
            Field("root", Kind.BOOLEAN, "first span of its trace"),
            "{t}.parent_span_id = toFixedString('', 8)",
            "",
            Form.TRUTH,
        ),
        text("method", "method", "HTTP method"),
        text("path", "url", "HTTP path or URL", "url"),
        text("protocol", "protocol", "HTTP/1.1, HTTP/2"),
        text("user_agent", "user_agent", "HTTP user agent", "agent"),
        text("peer", "peer_address", "who connected"),
        size("received", "request_size", "body from the caller", "bytes_received", "request_size"),
        size("sent", "response_size", "body to the caller", "bytes_sent", "response_size"),
        text("upstream_cluster", "upstream_cluster", "Envoy cluster that was called"),
        text("tenant", "tenant", "whose it is"),
    ),
    moved={
        "component": "{t}.component",
        "guid:x-request-id": "{t}.request_id",
        "node_id": "{t}.node_id",
        "http.method": "{t}.method",
        "http.url": "{t}.url",
        "http.protocol": "{t}.protocol",
        "http.status_code": "if({t}.response_code = 0, '', toString({t}.response_code))",
        "response_flags": "{t}.response_flags",
        "user_agent": "{t}.user_agent",
        "peer.address": "{t}.peer_address",
        "upstream_cluster": "{t}.upstream_cluster",
    },
)

REQUEST_FIELDS = fields_of(SPANS, ACCESS_LOGS)
