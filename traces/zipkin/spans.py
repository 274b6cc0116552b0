"""Traces as lists of Zipkin's spans (zipkin2-api.yaml): times in microseconds, tags and annotations as texts."""

import json
from collections.abc import Iterable
from typing import NotRequired, TypedDict

from storage.records.spans import Span
from traces.compat.attributes import as_text, span_attributes
from traces.compat.model import Dependency, Trace
from traces.compat.names import service_name

_KINDS = {"client": "CLIENT", "server": "SERVER", "producer": "PRODUCER", "consumer": "CONSUMER"}
_EMPTY_HALF = "0" * 16


class Endpoint(TypedDict):
    """Who it was."""

    serviceName: str


class Annotation(TypedDict):
    """Something that happened during a span."""

    timestamp: int
    value: str


class SpanBody(TypedDict):
    """One span."""

    traceId: str
    parentId: NotRequired[str]
    id: str
    kind: NotRequired[str]
    name: str
    timestamp: int
    duration: NotRequired[int]
    localEndpoint: Endpoint
    annotations: NotRequired[list[Annotation]]
    tags: dict[str, str]


class Link(TypedDict):
    """That a service called another."""

    parent: str
    child: str
    callCount: int
    errorCount: NotRequired[int]


def show_trace(trace: Trace) -> list[SpanBody]:
    """The spans of a trace, by start."""
    return [_span(span) for span in trace.spans]


def show_links(dependencies: Iterable[Dependency]) -> list[Link]:
    """Calls between services; errors where there are any."""
    return [_link(each) for each in dependencies]


def _link(dependency: Dependency) -> Link:
    link: Link = {"parent": dependency.parent, "child": dependency.child, "callCount": dependency.calls}
    if dependency.failed:
        link["errorCount"] = dependency.failed
    return link


def _span(span: Span) -> SpanBody:
    body: SpanBody = {
        "traceId": span.trace_id.removeprefix(_EMPTY_HALF) if len(span.trace_id) == 32 else span.trace_id,
        "id": span.span_id,
        "name": span.name,
        "timestamp": span.time_unix_nano // 1000,
        "localEndpoint": {"serviceName": service_name(span.service, span.namespace)},
        "tags": _tags(span),
    }
    if span.parent_span_id:
        body["parentId"] = span.parent_span_id
    if span.kind in _KINDS:
        body["kind"] = _KINDS[span.kind]
    if span.duration_ns:
        body["duration"] = max(span.duration_ns // 1000, 1)  # 0 would mean that it is not known
    if span.events:
        body["annotations"] = [
            {"timestamp": time // 1000, "value": _said(name, attributes)} for time, name, attributes in span.events
        ]
    return body


def _tags(span: Span) -> dict[str, str]:
    tags = {key: as_text(value) for key, value in span_attributes(span)}
    if span.status_code == "error":
        tags.setdefault("error", span.status_message or "true")
    return tags


def _said(name: str, attributes: dict[str, str]) -> str:
    """An event as one text: its name, or an object of its name and attributes as OpenTelemetry's exporters write it."""
    return json.dumps({name: attributes}, ensure_ascii=False, separators=(",", ":")) if attributes else name
