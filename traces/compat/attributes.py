"""A span's attributes as they were sent: values with their OTLP types, columns under their keys."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValueList

from storage.records.spans import Span

Attributes = list[tuple[str, AnyValue]]

PROXY = "proxy"
SAFE_INTEGER = 2**53 - 1
"""The largest integer that JavaScript reads without loss."""


def span_attributes(span: Span) -> Attributes:
    """Those of a span, columns first. Only proxies' spans have columns of what `attributes` does not have."""
    made = [(key, typed(value, "")) for key, value in _columns(span) if key not in span.attributes]
    return made + [(key, typed(value, span.attribute_types.get(key, ""))) for key, value in span.attributes.items()]


def resource_attributes(span: Span) -> Attributes:
    """Those of its resource, all of them texts, by key; [] if they cannot be read."""
    try:
        found = json.loads(span.resource_attributes or "{}")
    except ValueError:
        return []
    return [(key, typed(str(value), "")) for key, value in sorted(found.items())] if isinstance(found, dict) else []


def texts(attributes: Mapping[str, str]) -> Attributes:
    """Attributes of events and links, whose types are not kept."""
    return [(key, typed(value, "")) for key, value in attributes.items()]


def typed(value: str, value_type: str) -> AnyValue:
    """A stored text with its OTLP type; as text where the two do not go together."""
    try:
        return _typed(value, value_type)
    except (ValueError, DecodeError):
        return AnyValue(string_value=value)


def _typed(value: str, value_type: str) -> AnyValue:
    if value_type == "int":
        return AnyValue(int_value=int(value))
    if value_type == "double":
        return AnyValue(double_value=float(value))
    if value_type == "bool":
        return AnyValue(bool_value=value == "true")
    if value_type == "bytes":
        return AnyValue(bytes_value=bytes.fromhex(value))
    if value_type == "array":
        return AnyValue(array_value=ArrayValue.FromString(bytes.fromhex(value)))
    if value_type == "kvlist":
        return AnyValue(kvlist_value=KeyValueList.FromString(bytes.fromhex(value)))
    return AnyValue() if value_type == "none" else AnyValue(string_value=value)


def plain(value: AnyValue) -> Any:
    """The value as JSON has it: bytes in base64, lists and objects of such."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [plain(each) for each in value.array_value.values]
    if kind == "kvlist_value":
        return {each.key: plain(each.value) for each in value.kvlist_value.values}
    found = getattr(value, kind)
    return base64.b64encode(found).decode() if kind == "bytes_value" else found


def as_text(value: AnyValue) -> str:
    """The value as one text: lists and objects as JSON."""
    found = plain(value)
    if isinstance(found, str):
        return found
    return "" if found is None else json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _columns(span: Span) -> list[tuple[str, str]]:
    if span.component != PROXY:
        return []
    answered = span.response_code or span.response_flags
    columns = [
        ("component", span.component),
        ("node_id", span.node_id),
        ("guid:x-request-id", span.request_id),
        ("http.method", "" if "http.request.method" in span.attributes else span.method),
        ("http.url", "" if "url.full" in span.attributes else span.url),
        ("http.protocol", span.protocol),
        ("http.status_code", str(span.response_code) if answered else ""),
        ("response_flags", span.response_flags),
        ("upstream_cluster", span.upstream_cluster),
        ("peer.address", span.peer_address),
        ("user_agent", span.user_agent),
        ("request_size", str(span.request_size) if answered else ""),
        ("response_size", str(span.response_size) if answered else ""),
    ]
    return [(key, value) for key, value in columns if value]
