"""A span's attributes as they were sent: values with their OTLP types, columns under their keys."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValueList

from storage.records.spans import Span
from traces.resources import resource_of
from traces.span_attributes import attributes_of

Attributes = list[tuple[str, AnyValue]]

SAFE_INTEGER = 2**53 - 1
"""The largest integer that JavaScript reads without loss."""


def span_attributes(span: Span) -> Attributes:
    """Those of a span (traces.span_attributes), with their types."""
    return [(key, typed(value, span.attribute_types.get(key, ""))) for key, value in attributes_of(span)]


def resource_attributes(span: Span) -> Attributes:
    """Those of its resource, all of them texts, by key; [] if they cannot be read."""
    return [(key, typed(value, "")) for key, value in sorted(resource_of(span).items())]


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
