"""Traces as Jaeger's JSON has them (the uimodel of Jaeger): times and durations in microseconds, tags with types."""

import base64
import math
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NotRequired, TypedDict

from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from storage.records.compat import Operation
from storage.records.spans import Span
from traces.compat.attributes import (
    SAFE_INTEGER,
    Attributes,
    as_text,
    resource_attributes,
    span_attributes,
    texts,
)
from traces.compat.model import SERVICE_NAME, Dependency, Trace
from traces.compat.names import service_name

TagType = Literal["string", "bool", "int64", "float64", "binary"]

_STATUS = {"ok": "OK", "error": "ERROR"}
_EMPTY_HALF = "0" * 16


class Tag(TypedDict):
    """A key, the type of its value, and the value; an integer that JavaScript would round is a text."""

    key: str
    type: TagType
    value: str | bool | int | float


class Reference(TypedDict):
    """To another span."""

    refType: Literal["CHILD_OF", "FOLLOWS_FROM"]
    traceID: str
    spanID: str


class Log(TypedDict):
    """Something that happened during a span; microseconds."""

    timestamp: int
    fields: list[Tag]


class SpanBody(TypedDict):
    """One span."""

    traceID: str
    spanID: str
    operationName: str
    references: list[Reference]
    startTime: int
    duration: int
    tags: list[Tag]
    logs: list[Log]
    processID: str
    warnings: list[str] | None


class Process(TypedDict):
    """Who sent spans."""

    serviceName: str
    tags: list[Tag]


class TraceBody(TypedDict):
    """One trace."""

    traceID: str
    spans: list[SpanBody]
    processes: dict[str, Process]
    warnings: list[str] | None


class Fault(TypedDict):
    """One thing that went wrong."""

    code: NotRequired[int]
    msg: str
    traceID: NotRequired[str]


class Envelope(TypedDict):
    """What every answer of API v1 comes in."""

    data: Any
    total: int
    limit: int
    offset: int
    errors: list[Fault] | None


def envelope(data: Any, *, total: int = 0, errors: list[Fault] | None = None) -> Envelope:
    """An answer of API v1. `total` is stated for lists of names only, as Jaeger does."""
    return {"data": data, "total": total, "limit": 0, "offset": 0, "errors": errors}


def show_operations(operations: Iterable[Operation]) -> list[dict[str, str]]:
    """Names with span kinds, an unspecified one empty."""
    return [{"name": each.name, "spanKind": kind_of(each.kind)} for each in operations]


def show_dependencies(dependencies: Iterable[Dependency]) -> list[dict[str, Any]]:
    return [{"parent": each.parent, "child": each.child, "callCount": each.calls} for each in dependencies]


def show_trace(trace: Trace) -> TraceBody:
    """A trace; its processes are numbered p1, p2, ... in the order of their first spans."""
    processes: dict[str, Process] = {}
    numbers: dict[tuple[str, str, str], str] = {}
    spans = []
    for span in trace.spans:
        sender = span.service, span.namespace, span.resource_attributes
        number = numbers.get(sender)
        if number is None:
            number = numbers[sender] = f"p{len(numbers) + 1}"
            processes[number] = _process(span)
        spans.append(_span(span, number))
    warnings = [f"only the first {len(trace.spans)} spans of this trace are shown"] if trace.cut else None
    return {"traceID": short_id(trace.trace_id), "spans": spans, "processes": processes, "warnings": warnings}


def process_tags(span: Span) -> Attributes:
    """What Jaeger calls the tags of the process: the resource without the service's name."""
    return [pair for pair in resource_attributes(span) if pair[0] != SERVICE_NAME]


def span_tags(span: Span) -> Attributes:
    """The tags of a span: its scope, its attributes, its kind and status, in the order of Jaeger's translator."""
    attributes = span_attributes(span)
    known = {key for key, _ in attributes}
    named = {
        "otel.scope.name": span.scope_name,
        "otel.scope.version": span.scope_version,
        "span.kind": kind_of(span.kind),
        "otel.status_code": _STATUS.get(span.status_code, ""),
        "otel.status_description": span.status_message,
        "w3c.tracestate": span.trace_state,
    }
    made = {key: AnyValue(string_value=text) for key, text in named.items() if text and key not in known}
    if span.status_code == "error" and "error" not in known:
        made["error"] = AnyValue(bool_value=True)
    first = [(key, made.pop(key)) for key in ("otel.scope.name", "otel.scope.version") if key in made]
    order = ("span.kind", "otel.status_code", "error", "otel.status_description", "w3c.tracestate")
    return [*first, *attributes, *((key, made[key]) for key in order if key in made)]


def event_fields(name: str, attributes: Mapping[str, str]) -> Attributes:
    """The fields of a log: the event's name under "event", then its attributes."""
    named = [("event", AnyValue(string_value=name))] if name else []
    return [*named, *texts(attributes)]


def kind_of(kind: str) -> str:
    """An OTLP kind as Jaeger has it: unspecified is empty."""
    return "" if kind == "unspecified" else kind


def short_id(trace_id: str) -> str:
    """A trace id as Jaeger writes it: 16 digits if the upper half is zero."""
    return trace_id.removeprefix(_EMPTY_HALF) if len(trace_id) == 32 else trace_id


def _process(span: Span) -> Process:
    return {"serviceName": service_name(span.service, span.namespace), "tags": _tags(process_tags(span))}


def _span(span: Span, process: str) -> SpanBody:
    return {
        "traceID": short_id(span.trace_id),
        "spanID": span.span_id,
        "operationName": span.name,
        "references": _references(span),
        "startTime": span.time_unix_nano // 1000,
        "duration": span.duration_ns // 1000,
        "tags": _tags(span_tags(span)),
        "logs": [
            {"timestamp": time // 1000, "fields": _tags(event_fields(name, attributes))}
            for time, name, attributes in span.events
        ],
        "processID": process,
        "warnings": None,
    }


def _references(span: Span) -> list[Reference]:
    found: list[Reference] = []
    if span.parent_span_id:
        found.append({"refType": "CHILD_OF", "traceID": short_id(span.trace_id), "spanID": span.parent_span_id})
    for trace_id, span_id, _ in span.links:
        found.append({"refType": "FOLLOWS_FROM", "traceID": short_id(trace_id), "spanID": span_id})
    return found


def _tags(attributes: Attributes) -> list[Tag]:
    return [_tag(key, value) for key, value in attributes]


def _tag(key: str, value: AnyValue) -> Tag:
    kind = value.WhichOneof("value")
    if kind == "bool_value":
        return {"key": key, "type": "bool", "value": value.bool_value}
    if kind == "int_value":
        number = value.int_value
        return {"key": key, "type": "int64", "value": number if abs(number) <= SAFE_INTEGER else str(number)}
    if kind == "double_value":
        finite = math.isfinite(value.double_value)  # JSON has no others
        return {"key": key, "type": "float64", "value": value.double_value if finite else str(value.double_value)}
    if kind == "bytes_value":
        return {"key": key, "type": "binary", "value": base64.b64encode(value.bytes_value).decode()}
    return {"key": key, "type": "string", "value": as_text(value)}
