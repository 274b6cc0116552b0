"""Attribute values between the store's texts with types and the values of OTLP's JSON (ProtoJSON of AnyValue)."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValueList

Json = dict[str, Any]
Texts = dict[str, str]


def write_attributes(pairs: Iterable[tuple[str, str]], types: Mapping[str, str]) -> list[Json]:
    """OTLP's list of attributes."""
    return [{"key": key, "value": write_value(text, types.get(key, "string"))} for key, text in pairs]


def write_value(text: str, kind: str) -> Json:
    """One AnyValue. What cannot be read as its type is a string."""
    try:
        if kind == "int":
            return {"intValue": str(int(text))}
        if kind == "double":
            float(text)
            return {"doubleValue": {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(text, float(text))}
        if kind == "bool":
            return {"boolValue": text == "true"}
        if kind == "bytes":
            return {"bytesValue": base64.b64encode(bytes.fromhex(text)).decode()}
        if kind in ("array", "kvlist"):
            return _write_nested(kind, bytes.fromhex(text))
    except (ValueError, DecodeError, RecursionError):
        pass
    return {} if kind == "none" else {"stringValue": text}


def readable(text: str, kind: str) -> str:
    """A value as people read it: lists and maps written out, the rest as it is."""
    if kind not in ("array", "kvlist"):
        return text
    return _plain(write_value(text, kind), 0)


def read_attributes(given: object) -> tuple[Texts, Texts]:
    """Texts and types of OTLP's list of attributes; what is none is left out."""
    texts: Texts = {}
    types: Texts = {}
    for each in given if isinstance(given, list) else ():
        if not isinstance(each, dict) or not isinstance(each.get("key"), str):
            continue
        texts[each["key"]], kind = read_value(each.get("value"))
        if kind != "string":
            types[each["key"]] = kind
    return texts, types


def read_value(given: object) -> tuple[str, str]:
    """Text and type of one AnyValue."""
    if not isinstance(given, dict) or not given:
        return "", "none"
    name, value = next(iter(given.items()))
    if name == "stringValue":
        return str(value), "string"
    if name == "boolValue":
        return ("true" if value is True or value == "true" else "false"), "bool"
    if name in ("intValue", "doubleValue"):
        return str(value), name.removesuffix("Value")
    if name == "bytesValue":
        try:
            return base64.b64decode(str(value), validate=True).hex(), "bytes"
        except (binascii.Error, ValueError):
            return str(value), "string"
    return _read_nested(name, given)


def _write_nested(kind: str, encoded: bytes) -> Json:
    if kind == "array":
        return MessageToDict(AnyValue(array_value=ArrayValue.FromString(encoded)))
    return MessageToDict(AnyValue(kvlist_value=KeyValueList.FromString(encoded)))


def _read_nested(name: str, given: Json) -> tuple[str, str]:
    try:
        value = ParseDict(given, AnyValue(), ignore_unknown_fields=True)
    except (ParseError, RecursionError, ValueError, TypeError):
        return str(given), "string"
    if name == "arrayValue":
        return value.array_value.SerializeToString().hex(), "array"
    if name == "kvlistValue":
        return value.kvlist_value.SerializeToString().hex(), "kvlist"
    return str(given), "string"


_DEEPEST = 8


def _plain(value: Json, depth: int) -> str:
    if depth > _DEEPEST or not value:
        return "…" if value else ""
    name, held = next(iter(value.items()))
    if name == "arrayValue":
        return "[" + ", ".join(_plain(each, depth + 1) for each in held.get("values", ())) + "]"
    if name == "kvlistValue":
        pairs = (
            f"{each.get('key', '')}: {_plain(each.get('value', {}), depth + 1)}" for each in held.get("values", ())
        )
        return "{" + ", ".join(pairs) + "}"
    return str(held)
