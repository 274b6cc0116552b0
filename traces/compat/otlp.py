"""Spans as OTLP and back (opentelemetry-proto, trace/v1).

Every ResourceSpans has one ScopeSpans: Kiali reads no other than the first. `service.name` is the name that the lists
of services have (traces.compat.names), so that what is shown can be searched for.
"""

import base64
from collections.abc import Iterable
from dataclasses import replace
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
from traces.otlp_json import KINDS, STATUSES, UnreadableTrace, parse_json, read_otlp

_ID_FIELDS = frozenset({"traceId", "spanId", "parentSpanId"})
_KINDS = {name: OtlpSpan.SpanKind.Value(f"SPAN_KIND_{name.upper()}") for name in KINDS}
_STATUS = {name: Status.StatusCode.Value(f"STATUS_CODE_{name.upper()}") for name in STATUSES}
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
        document = parse_json(body)
    except UnreadableTrace as error:
        raise QueryFault(f"cannot unmarshal OTLP: {quoted(str(error))}") from error
    if not isinstance(document, dict):
        raise QueryFault("cannot unmarshal OTLP: expected an object")
    spans: dict[str, list[Span]] = {}
    for span in read_otlp(document):
        # The name of the service stands for itself: these spans may be of a mesh that this hub knows nothing of.
        made = replace(span, namespace="", duration_ns=max(span.duration_ns, 0))
        spans.setdefault(made.trace_id, []).append(made)
    return [Trace(trace_id, tuple(found)) for trace_id, found in spans.items()]


def otlp_json(data: TracesData) -> dict[str, Any]:
    """As OTLP/JSON has it: ids in hex, enumerations as numbers, 64-bit integers as texts.

    Numbers that JSON does not have (NaN, infinity) are texts: the Jaeger UI shows no trace with another one.
    """
    found = json_format.MessageToDict(data, use_integers_for_enums=True)
    _make_otlp(found)
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
        if not trace_id or not span_id:
            continue  # It leads nowhere, and the Jaeger UI shows no trace with such a link.
        made.links.add(
            trace_id=bytes.fromhex(trace_id), span_id=bytes.fromhex(span_id), attributes=key_values(texts(attributes))
        )


def _make_otlp(node: Any) -> None:
    """From protobuf's JSON, in place."""
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, list):
            pending.extend(current)
        elif isinstance(current, dict):
            for key in _ID_FIELDS & current.keys():
                current[key] = base64.b64decode(current[key]).hex()
            if isinstance(current.get("doubleValue"), str):
                current["stringValue"] = current.pop("doubleValue")
            pending.extend(current.values())
