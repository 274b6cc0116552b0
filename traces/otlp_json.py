"""Traces as OTLP's JSON (opentelemetry-proto, trace/v1, ProtoJSON with hex ids): written to download, read from files.

Reading takes what other tools write too: ids in base64, enums by name, `batches` and `instrumentationLibrarySpans` of
older versions.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from meshhub.errors import MeshhubError
from storage.records.spans import Span
from traces.otlp_values import Json, read_attributes, write_attributes
from traces.resources import resource_of
from traces.span_attributes import attributes_of

KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
STATUSES = ("unset", "ok", "error")

_HEX = re.compile(r"[0-9a-fA-F]*")
_LAST_TIME = 2**63 - 1


class UnreadableTrace(MeshhubError):
    """A file is no trace that can be read."""


def write_otlp(spans: Iterable[Span]) -> Json:
    """A TracesData message of these spans, taken together by resource and scope in their order."""
    resources: dict[tuple[str, ...], Json] = {}
    scopes: dict[tuple[str, ...], Json] = {}
    for span in spans:
        whose = span.resource_attributes, span.cluster, span.namespace, span.service, span.version, span.instance
        resource = resources.get(whose)
        if resource is None:
            attributes = write_attributes(_resource(span).items(), {})
            resource = resources[whose] = {"resource": {"attributes": attributes}, "scopeSpans": []}
        scope = scopes.get((*whose, span.scope_name, span.scope_version))
        if scope is None:
            named = {"name": span.scope_name, "version": span.scope_version}
            scope = scopes[*whose, span.scope_name, span.scope_version] = {"scope": named, "spans": []}
            resource["scopeSpans"].append(scope)
        scope["spans"].append(write_span(span))
    return {"resourceSpans": list(resources.values())}


def write_span(span: Span) -> Json:
    """One Span message."""
    return {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "parentSpanId": span.parent_span_id,
        "traceState": span.trace_state,
        "flags": span.flags,
        "name": span.name,
        "kind": KINDS.index(span.kind) if span.kind in KINDS else 0,
        "startTimeUnixNano": str(span.time_unix_nano),
        "endTimeUnixNano": str(span.time_unix_nano + span.duration_ns),
        "attributes": write_attributes(attributes_of(span), span.attribute_types),
        "events": [
            {"timeUnixNano": str(time), "name": name, "attributes": write_attributes(said.items(), {})}
            for time, name, said in span.events
        ],
        "links": [
            {"traceId": trace_id, "spanId": span_id, "attributes": write_attributes(said.items(), {})}
            for trace_id, span_id, said in span.links
        ],
        "status": {
            "code": STATUSES.index(span.status_code) if span.status_code in STATUSES else 0,
            "message": span.status_message,
        },
    }


def parse_json(text: bytes) -> Any:
    """What a file says.

    Raises:
        UnreadableTrace: it is no JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableTrace(f"could not read the file: it is no JSON ({str(error)[:200]})") from error


def read_otlp(document: Mapping[str, Any]) -> Iterator[Span]:
    """The spans of a TracesData message. What is malformed in one is left out of it; nothing makes it fail."""
    for of_resource in _messages(document.get("resourceSpans") or document.get("batches")):
        resource, _ = read_attributes(_message(of_resource.get("resource")).get("attributes"))
        scopes = of_resource.get("scopeSpans") or of_resource.get("instrumentationLibrarySpans")
        for of_scope in _messages(scopes):
            scope = _message(of_scope.get("scope") or of_scope.get("instrumentationLibrary"))
            for span in _messages(of_scope.get("spans")):
                yield read_span(span, resource, _text(scope.get("name")), _text(scope.get("version")))


def read_span(given: Json, resource: Mapping[str, str], scope: str, scope_version: str) -> Span:
    """One Span message."""
    attributes, types = read_attributes(given.get("attributes"))
    start, end = _integer(given.get("startTimeUnixNano")), _integer(given.get("endTimeUnixNano"))
    status = _message(given.get("status"))
    return Span(
        time_unix_nano=start,
        duration_ns=end - start,
        trace_id=_id(given.get("traceId"), 16),
        span_id=_id(given.get("spanId"), 8),
        parent_span_id=_id(given.get("parentSpanId"), 8),
        trace_state=_text(given.get("traceState")),
        flags=_integer(given.get("flags")),
        name=_text(given.get("name")),
        kind=_member(given.get("kind"), KINDS, "SPAN_KIND_"),
        status_code=_member(status.get("code"), STATUSES, "STATUS_CODE_"),
        status_message=_text(status.get("message")),
        scope_name=scope,
        scope_version=scope_version,
        attribute_types=types,
        events=[
            (_integer(each.get("timeUnixNano")), _text(each.get("name")), read_attributes(each.get("attributes"))[0])
            for each in _messages(given.get("events"))
        ],
        links=[
            (_id(each.get("traceId"), 16), _id(each.get("spanId"), 8), read_attributes(each.get("attributes"))[0])
            for each in _messages(given.get("links"))
        ],
        **known_columns(attributes, resource),
    )


def known_columns(attributes: Mapping[str, str], resource: Mapping[str, str]) -> dict[str, Any]:
    """The columns that are made of attributes, as storage/schema/0022 makes them; by name."""
    return {
        "cluster": resource.get("k8s.cluster.name", ""),
        "namespace": resource.get("service.namespace") or resource.get("k8s.namespace.name", ""),
        "service": resource.get("service.name", ""),
        "version": resource.get("service.version", ""),
        "instance": resource.get("service.instance.id")
        or resource.get("k8s.pod.name")
        or resource.get("host.name", ""),
        "component": attributes.get("component", ""),
        "request_id": attributes.get("guid:x-request-id", ""),
        "node_id": attributes.get("node_id", ""),
        "method": attributes.get("http.method") or attributes.get("http.request.method", ""),
        "url": attributes.get("http.url") or attributes.get("url.full", ""),
        "protocol": attributes.get("http.protocol", ""),
        "response_code": _integer(
            attributes.get("http.status_code") or attributes.get("http.response.status_code", "")
        ),
        "response_flags": attributes.get("response_flags", ""),
        "user_agent": attributes.get("user_agent", ""),
        "peer_address": attributes.get("peer.address", ""),
        "request_size": _integer(attributes.get("request_size", "")),
        "response_size": _integer(attributes.get("response_size", "")),
        "upstream_cluster": attributes.get("upstream_cluster", ""),
        "attributes": dict(attributes),
        "resource_attributes": json.dumps(dict(resource)) if resource else "",
    }


def _resource(span: Span) -> Mapping[str, str]:
    """Its resource; what is known of who sent it where that is not stored."""
    said = resource_of(span)
    if said:
        return said
    known = {
        "service.name": span.service,
        "service.namespace": span.namespace,
        "service.version": span.version,
        "service.instance.id": span.instance,
        "k8s.cluster.name": span.cluster,
    }
    return {key: value for key, value in known.items() if value}


def _messages(given: object) -> list[Json]:
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []


def _message(given: object) -> Json:
    return given if isinstance(given, dict) else {}


def _text(given: object) -> str:
    return given if isinstance(given, str) else ""


def _integer(given: object) -> int:
    try:
        return min(max(int(given), 0), _LAST_TIME)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError, OverflowError):
        return 0


def _member(given: object, names: tuple[str, ...], prefix: str) -> str:
    if isinstance(given, str) and given.startswith(prefix):
        name = given.removeprefix(prefix).lower()
        return name if name in names else names[0]
    index = _integer(given)
    return names[index] if index < len(names) else names[0]


def _id(given: object, size: int) -> str:
    """Lower-case hex; what is no id of this size in hex or base64 is none. Zeros are no id."""
    text = _text(given)
    if _HEX.fullmatch(text) and len(text) == 2 * size:
        found = text.lower()
    else:
        try:
            decoded = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return ""
        found = decoded.hex() if len(decoded) == size else ""
    return found if found.strip("0") else ""
