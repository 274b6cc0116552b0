"""Reads traces from files in Jaeger's JSON, as its UI writes and reads them (jaeger-ui, types/trace.tsx)."""

from collections.abc import Iterable, Iterator
from typing import Any

from storage.records.spans import Span
from traces.otlp_json import KINDS, known_columns
from traces.otlp_values import Json, Texts

_TYPES = {"bool": "bool", "boolean": "bool", "int64": "int", "float64": "double"}
_MICROSECOND = 1000


def read_jaeger(traces: Iterable[object]) -> Iterator[Span]:
    """The spans of Jaeger's traces. What is malformed in one is left out of it; nothing makes it fail."""
    for trace in traces:
        if not isinstance(trace, dict):
            continue
        processes = trace.get("processes")
        known = processes if isinstance(processes, dict) else {}
        for span in trace.get("spans") or () if isinstance(trace.get("spans"), list) else ():
            if isinstance(span, dict):
                process = span.get("process") or known.get(_text(span.get("processID")))
                yield _span(span, process if isinstance(process, dict) else {}, _text(trace.get("traceID")))


def _span(given: Json, process: Json, trace_id: str) -> Span:
    attributes, types = _tags(given.get("tags"))
    resource, _ = _tags(process.get("tags"))
    if _text(process.get("serviceName")):
        resource["service.name"] = process["serviceName"]
    resource.setdefault("service.instance.id", resource.get("hostname") or resource.get("ip", ""))
    kind = attributes.pop("span.kind", "")
    status = attributes.pop("otel.status_code", "").lower()
    failed = status == "error" or attributes.get("error") == "true"
    parent, links = _references(given)
    return Span(
        time_unix_nano=_integer(given.get("startTime")) * _MICROSECOND,
        duration_ns=_signed(given.get("duration")) * _MICROSECOND,
        trace_id=_id(given.get("traceID") or trace_id, 32),
        span_id=_id(given.get("spanID"), 16),
        parent_span_id=parent,
        trace_state=_text(given.get("traceState")),
        flags=_integer(given.get("flags")) & 0xFFFF,
        name=_text(given.get("operationName")),
        kind=kind if kind in KINDS else "unspecified",
        status_code="error" if failed else "ok" if status == "ok" else "unset",
        status_message=attributes.pop("otel.status_description", ""),
        scope_name=attributes.pop("otel.scope.name", "") or attributes.pop("otel.library.name", ""),
        scope_version=attributes.pop("otel.scope.version", "") or attributes.pop("otel.library.version", ""),
        attribute_types=types,
        events=[_event(each) for each in _messages(given.get("logs"))],
        links=links,
        **known_columns(attributes, {key: value for key, value in resource.items() if value}),
    )


def _references(given: Json) -> tuple[str, list[tuple[str, str, Texts]]]:
    """The parent (the first CHILD_OF of its own trace, else the first of any kind), and the rest as links."""
    references = _messages(given.get("references"))
    own = [each for each in references if _id(each.get("traceID"), 32) == _id(given.get("traceID"), 32)]
    parents = [each for each in own if each.get("refType") == "CHILD_OF"] or own
    if not parents:
        links = references
        parent = _id(given.get("parentSpanID"), 16)
    else:
        links = [each for each in references if each is not parents[0]]
        parent = _id(parents[0].get("spanID"), 16)
    return parent, [(_id(each.get("traceID"), 32), _id(each.get("spanID"), 16), {}) for each in links]


def _event(given: Json) -> tuple[int, str, Texts]:
    said, _ = _tags(given.get("fields"))
    name = said.pop("event", "") or said.pop("message", "")
    return _integer(given.get("timestamp")) * _MICROSECOND, name, said


def _tags(given: object) -> tuple[Texts, Texts]:
    texts: Texts = {}
    types: Texts = {}
    for tag in _messages(given):
        key, value = tag.get("key"), tag.get("value")
        if not isinstance(key, str):
            continue
        texts[key] = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
        if tag.get("type") in _TYPES:
            types[key] = _TYPES[tag["type"]]
    return texts, types


def _messages(given: object) -> list[Json]:
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []


def _text(given: Any) -> str:
    return given if isinstance(given, str) else ""


def _id(given: Any, digits: int) -> str:
    text = _text(given).lower()
    usable = 0 < len(text) <= digits and all(each in "0123456789abcdef" for each in text) and text.strip("0")
    return text.zfill(digits) if usable else ""


def _signed(given: Any) -> int:
    try:
        return min(max(int(given), -(2**52)), 2**52)
    except (TypeError, ValueError, OverflowError):
        return 0


def _integer(given: Any) -> int:
    return max(_signed(given), 0)
