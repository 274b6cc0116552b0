"""Spans as OTLP and back (opentelemetry-proto, trace/v1).

Every ResourceSpans has one ScopeSpans: Kiali reads no other than the first. `service.name` is the name that the lists
of services have (traces.compat.names), so that what is shown can be searched for.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Status, TracesData
from opentelemetry.proto.trace.v1.trace_pb2 import Span as OtlpSpan

from storage.records.spans import Span
from traces.compat.attributes import Attributes, resource_attributes, span_attributes, texts
from traces.compat.model import SERVICE_NAME, QueryFault, Trace
from traces.compat.names import service_name
from traces.compat.reading import quoted

_ID_FIELDS = frozenset({"traceId", "spanId", "parentSpanId"})
_KINDS = {
    name: OtlpSpan.SpanKind.Value(f"SPAN_KIND_{name.upper()}")
    for name in ("unspecified", "internal", "server", "client", "producer", "consumer")
}
_KIND_NAMES = {value: name for name, value in _KINDS.items()}
_STATUS = {name: Status.StatusCode.Value(f"STATUS_CODE_{name.upper()}") for name in ("unset", "ok", "error")}
_STATUS_NAMES = {value: name for name, value in _STATUS.items()}
_UNSIGNED_64 = 2**64 - 1


def to_otlp(traces: Iterable[Trace]) -> TracesData:
    """The traces, one after another; the spans of one resource and scope of a trace are together."""
    data = TracesData()
    for trace in traces:
        groups: dict[tuple[str, ...], ResourceSpans] = {}
        for span in trace.spans:
            key = span.resource_attributes, span.service, span.namespace, span.scope_name, span.scope_version
            group = groups.get(key)
            if group is None:
                group = groups[key] = data.resource_spans.add()
                _describe(group, span)
            _fill(group.scope_spans[0].spans.add(), span)
    return data


def from_otlp_json(body: bytes) -> list[Trace]:
    """The traces of an OTLP JSON document (resourceSpans), in the order of their first spans.

    Raises:
        QueryFault: it is none.
    """
    try:
        document = json.loads(body)
        if not isinstance(document, dict):
            raise ValueError("expected an object")
        data = json_format.ParseDict(_with_base64_ids(document), TracesData(), ignore_unknown_fields=True)
    except (ValueError, TypeError, RecursionError, json_format.ParseError) as error:
        raise QueryFault(f"cannot unmarshal OTLP: {quoted(str(error))}") from error
    spans: dict[str, list[Span]] = {}
    for resource_spans in data.resource_spans:
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                made = _record(resource_spans, scope_spans.scope.name, scope_spans.scope.version, span)
                spans.setdefault(made.trace_id, []).append(made)
    return [Trace(trace_id, tuple(found)) for trace_id, found in spans.items()]


def otlp_json(data: TracesData) -> dict[str, Any]:
    """As OTLP/JSON has it: ids in hex, enumerations as numbers, 64-bit integers as texts."""
    found = json_format.MessageToDict(data, use_integers_for_enums=True)
    _rewrite_ids(found, lambda text: base64.b64decode(text).hex())
    return found


def proto_json(data: TracesData) -> dict[str, Any]:
    """As protobuf's own JSON has it: ids in base64, enumerations by name, 64-bit integers as texts."""
    return json_format.MessageToDict(data)


def key_values(attributes: Attributes) -> list[KeyValue]:
    return [KeyValue(key=key, value=value) for key, value in attributes]


def _describe(group: ResourceSpans, span: Span) -> None:
    named = [pair for pair in resource_attributes(span) if pair[0] != SERVICE_NAME]
    name = AnyValue(string_value=service_name(span.service, span.namespace))
    group.resource.attributes.extend(key_values([(SERVICE_NAME, name), *named]))
    group.scope_spans.add().scope.name = span.scope_name
    group.scope_spans[0].scope.version = span.scope_version


def _fill(made: OtlpSpan, span: Span) -> None:
    made.trace_id = bytes.fromhex(span.trace_id)
    made.span_id = bytes.fromhex(span.span_id)
    made.parent_span_id = bytes.fromhex(span.parent_span_id)
    made.trace_state = span.trace_state
    made.flags = span.flags
    made.name = span.name
    made.kind = _KINDS.get(span.kind, OtlpSpan.SPAN_KIND_UNSPECIFIED)
    made.start_time_unix_nano = max(span.time_unix_nano, 0)
    made.end_time_unix_nano = min(made.start_time_unix_nano + span.duration_ns, _UNSIGNED_64)
    made.attributes.extend(key_values(span_attributes(span)))
    made.status.code = _STATUS.get(span.status_code, Status.STATUS_CODE_UNSET)
    made.status.message = span.status_message
    for time, name, attributes in span.events:
        made.events.add(time_unix_nano=max(time, 0), name=name, attributes=key_values(texts(attributes)))
    for trace_id, span_id, attributes in span.links:
        made.links.add(
            trace_id=bytes.fromhex(trace_id), span_id=bytes.fromhex(span_id), attributes=key_values(texts(attributes))
        )


def _record(resource_spans: ResourceSpans, scope_name: str, scope_version: str, span: OtlpSpan) -> Span:
    resource = _texts_of(resource_spans.resource.attributes)
    attributes, types = _texts_of(span.attributes), _types_of(span.attributes)
    return Span(
        time_unix_nano=span.start_time_unix_nano,
        duration_ns=max(span.end_time_unix_nano - span.start_time_unix_nano, 0),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_span_id=span.parent_span_id.hex(),
        trace_state=span.trace_state,
        flags=span.flags & 0xFFFF,
        name=span.name,
        kind=_KIND_NAMES.get(span.kind, "unspecified"),
        status_code=_STATUS_NAMES.get(span.status.code, "unset"),
        status_message=span.status.message,
        cluster="",
        namespace="",
        service=resource.get(SERVICE_NAME, ""),
        version="",
        instance="",
        scope_name=scope_name,
        scope_version=scope_version,
        component="",
        request_id="",
        node_id="",
        method="",
        url="",
        protocol="",
        response_code=0,
        response_flags="",
        user_agent="",
        peer_address="",
        request_size=0,
        response_size=0,
        upstream_cluster="",
        attributes=attributes,
        attribute_types=types,
        resource_attributes=json.dumps(resource),
        events=[(event.time_unix_nano, event.name, _texts_of(event.attributes)) for event in span.events],
        links=[(link.trace_id.hex(), link.span_id.hex(), _texts_of(link.attributes)) for link in span.links],
    )


_STORED_TYPES = {"int_value": "int", "double_value": "double", "bool_value": "bool", "bytes_value": "bytes"}


def _texts_of(attributes: Iterable[KeyValue]) -> dict[str, str]:
    return {each.key: _stored_text(each.value) for each in attributes}


def _types_of(attributes: Iterable[KeyValue]) -> dict[str, str]:
    kinds = {each.key: each.value.WhichOneof("value") for each in attributes}
    return {
        key: _STORED_TYPES.get(kind or "", (kind or "none").removesuffix("_value"))
        for key, kind in kinds.items()
        if kind != "string_value"
    }


def _stored_text(value: AnyValue) -> str:
    """The text that the store would hold (storage/schema/0002_function_any_value_text.sql)."""
    kind = value.WhichOneof("value")
    if kind in ("array_value", "kvlist_value"):
        return str(getattr(value, kind).SerializeToString().hex())
    if kind == "bytes_value":
        return value.bytes_value.hex()
    if kind == "bool_value":
        return "true" if value.bool_value else "false"
    return "" if kind is None else str(getattr(value, kind))


def _with_base64_ids(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document of OTLP/JSON as protobuf's JSON has it: its ids are in base64."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    _rewrite_ids(copy, lambda text: base64.b64encode(bytes.fromhex(text)).decode())
    return copy


def _rewrite_ids(node: Any, rewrite: Any) -> None:
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, dict):
            for key, value in current.items():
                if key in _ID_FIELDS and isinstance(value, str):
                    current[key] = rewrite(value)
                else:
                    pending.append(value)
        elif isinstance(current, list):
            pending.extend(current)
