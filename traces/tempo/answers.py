"""Answers of Tempo's HTTP API (tempopb, as protobuf's JSON has it)."""

from collections.abc import Iterable, Sequence
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.wrappers_pb2 import BytesValue
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from storage.records.compat import AttributeKey, AttributeValue
from storage.records.spans import Span
from traces.compat.attributes import resource_attributes, span_attributes
from traces.compat.model import ANY, DURATION, KIND, NAME, RESOURCE, SERVICE_NAME, SPAN, STATUS, Trace
from traces.compat.names import service_name
from traces.compat.otlp import proto_json
from traces.tempo.traceql import Field

NO_ROOT = "<root span not yet received>"
API_VERSION = "v2.9.0"
"""The version of Tempo whose answers these are."""

INTRINSICS = ("duration", "kind", "name", "status")
PROXY_KEYS = (
    "component", "error", "guid:x-request-id", "http.method", "http.protocol", "http.status_code", "http.url",
    "node_id", "peer.address", "response_flags", "upstream_cluster", "user_agent",
)  # fmt: skip
"""What proxies' spans have in columns, which the catalogue of attributes does not list."""

_TYPES = {"": "string", "int": "int", "double": "float", "bool": "bool"}
_METRICS: dict[str, Any] = {}


def show_search(traces: Iterable[Trace], fields: Sequence[Field]) -> dict[str, Any]:
    """Traces with some of their spans that fit, which show these fields."""
    return {"traces": [_found(trace, fields) for trace in traces], "metrics": _METRICS}


def show_trace(data: TracesData) -> dict[str, Any]:
    """A trace of /api/traces: what is resourceSpans elsewhere is called batches."""
    return {"batches": proto_json(data).get("resourceSpans", [])}


def show_trace_v2(data: TracesData) -> dict[str, Any]:
    """A trace of /api/v2/traces."""
    return {"trace": proto_json(data), "metrics": _METRICS}


def trace_v2_bytes(data: TracesData) -> bytes:
    """The same in protobuf: a TraceByIDResponse, whose first field is the trace."""
    written: bytes = BytesValue(value=data.SerializeToString()).SerializeToString()
    return written


def show_tag_names(keys: Sequence[AttributeKey], scope: str) -> dict[str, Any]:
    """The names of tags in one list: /api/search/tags."""
    names = {name for each in _scopes(keys, scope) for name in each["tags"]}
    return {"tagNames": sorted(names), "metrics": _METRICS}


def show_scopes(keys: Sequence[AttributeKey], scope: str) -> dict[str, Any]:
    """The names of tags by scope: /api/v2/search/tags."""
    return {"scopes": _scopes(keys, scope), "metrics": _METRICS}


def show_values(values: Iterable[AttributeValue], field: Field) -> dict[str, Any]:
    """The values of a tag with their types: /api/v2/search/tag/{tag}/values."""
    kind = "keyword" if field.key in (STATUS, KIND) else ""
    return {
        "tagValues": [{"type": kind or _TYPES.get(each.value_type, "string"), "value": each.value} for each in values],
        "metrics": _METRICS,
    }


def show_value_texts(values: Iterable[AttributeValue]) -> dict[str, Any]:
    """The values of a tag as texts: /api/search/tag/{tag}/values."""
    return {"tagValues": [each.value for each in values], "metrics": _METRICS}


def _scopes(keys: Sequence[AttributeKey], scope: str) -> list[dict[str, Any]]:
    found = {
        RESOURCE: sorted({each.key for each in keys if each.scope == RESOURCE} | {SERVICE_NAME}),
        SPAN: sorted({each.key for each in keys if each.scope == SPAN} | set(PROXY_KEYS)),
        "intrinsic": list(INTRINSICS),
    }
    return [{"name": name, "tags": tags} for name, tags in found.items() if scope in ("", name)]


def _found(trace: Trace, fields: Sequence[Field]) -> dict[str, Any]:
    root = next((span for span in trace.spans if not span.parent_span_id), None)
    first = min(span.time_unix_nano for span in trace.spans)
    last = max(span.time_unix_nano + span.duration_ns for span in trace.spans)
    wanted = set(trace.span_ids)
    shown = [span for span in trace.spans if span.span_id in wanted][: len(trace.span_ids)]
    span_set = {"spans": [_span(span, fields) for span in shown], "matched": trace.matched}
    return {
        "traceID": trace.trace_id,
        "rootServiceName": service_name(root.service, root.namespace) if root else NO_ROOT,
        "rootTraceName": root.name if root else "",
        "startTimeUnixNano": str(first),
        "durationMs": (last - first) // 10**6,
        "spanSet": span_set,
        "spanSets": [span_set],
    }


def _span(span: Span, fields: Sequence[Field]) -> dict[str, Any]:
    values = [(field.name, _value(span, field)) for field in fields]
    return {
        "spanID": span.span_id,
        "name": span.name,
        "startTimeUnixNano": str(span.time_unix_nano),
        "durationNanos": str(span.duration_ns),
        "attributes": [{"key": name, "value": MessageToDict(value)} for name, value in values if value is not None],
    }


def _value(span: Span, field: Field) -> AnyValue | None:
    intrinsics = {STATUS: span.status_code, KIND: span.kind, NAME: span.name}
    if field.key in intrinsics:
        return AnyValue(string_value=intrinsics[field.key])
    if field.key == DURATION:
        return AnyValue(int_value=span.duration_ns)
    if field.key == SERVICE_NAME:
        return AnyValue(string_value=service_name(span.service, span.namespace))
    found: dict[str, AnyValue] = {}
    if field.scope in (ANY, RESOURCE):
        found.update(resource_attributes(span))
    if field.scope in (ANY, SPAN):
        found.update(span_attributes(span))
    return found.get(field.key)
