"""OTLP/JSON to protobuf (opentelemetry-proto, docs/specification.md, "JSON Protobuf Encoding").

It is ProtoJSON with exceptions: trace and span ids are hex, enums are numbers, names are lowerCamelCase only, and
unknown ones are ignored.
"""

import base64
import binascii
import json
import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

MAX_DEPTH = 100

_HEX_FIELDS = frozenset({"trace_id", "span_id", "parent_span_id"})
_INTEGER = re.compile(r"-?\d{1,20}")
_SPECIAL_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

_Convert = Callable[[Any], Any]


class JsonError(ValueError):
    """The text is not the JSON of that message; says where and why."""


def encode_json(kind: type[Message], text: bytes) -> bytes:
    """The protobuf bytes of a message in OTLP/JSON. Text that is not UTF-8 gets U+FFFD in its place.

    Raises:
        JsonError: it is not JSON, or not of this message.
    """
    try:
        content = json.loads(text.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise JsonError(f"it is not JSON: {error}") from error
    message = kind()
    _fill(message, content, "request", 0)
    return message.SerializeToString()


def _fill(message: Message, content: Any, path: str, depth: int) -> None:
    if not isinstance(content, dict):
        raise JsonError(f"{path}: expected an object")
    if depth > MAX_DEPTH:
        raise JsonError(f"{path}: nested deeper than {MAX_DEPTH} levels")
    fields = _fields(message.DESCRIPTOR)
    for key, value in content.items():
        field = fields.get(key)
        if field is not None and value is not None:
            _set(message, field, value, f"{path}.{key}", depth)


def _set(message: Message, field: Any, value: Any, path: str, depth: int) -> None:
    target = getattr(message, field.name)
    try:
        if field.is_repeated:
            if not isinstance(value, list):
                raise JsonError(f"{path}: expected a list")
            if field.message_type is None:
                target.extend(map(_converter(field), value))
            else:
                for item in value:
                    _fill(target.add(), item, path, depth + 1)
        elif field.message_type is not None:
            target.SetInParent()
            _fill(target, value, path, depth + 1)
        else:
            setattr(message, field.name, _converter(field)(value))
    except JsonError:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        raise JsonError(f"{path}: {error}") from error


@cache
def _fields(descriptor: Any) -> dict[str, Any]:
    return {field.json_name: field for field in descriptor.fields}


def _converter(field: Any) -> _Convert:
    if field.name in _HEX_FIELDS:
        return _from_hex
    return _CONVERTERS[field.cpp_type] if field.type != FieldDescriptor.TYPE_BYTES else _from_base64


def _from_hex(value: Any) -> bytes:
    return bytes.fromhex(_text(value))


def _from_base64(value: Any) -> bytes:
    text = _text(value).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("expected base64") from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("expected a string")
    return value.encode("utf-8", "replace").decode() if not value.isascii() else value


def _integer(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError("expected an integer")
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    raise TypeError("expected an integer")


def _number(value: Any) -> float:
    if isinstance(value, str):
        return _SPECIAL_NUMBERS[value] if value in _SPECIAL_NUMBERS else float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("expected a number")
    return float(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("expected true or false")
    return value


_CONVERTERS: dict[int, _Convert] = {
    FieldDescriptor.CPPTYPE_INT32: _integer,
    FieldDescriptor.CPPTYPE_INT64: _integer,
    FieldDescriptor.CPPTYPE_UINT32: _integer,
    FieldDescriptor.CPPTYPE_UINT64: _integer,
    FieldDescriptor.CPPTYPE_ENUM: _integer,
    FieldDescriptor.CPPTYPE_DOUBLE: _number,
    FieldDescriptor.CPPTYPE_FLOAT: _number,
    FieldDescriptor.CPPTYPE_BOOL: _boolean,
    FieldDescriptor.CPPTYPE_STRING: _text,
}
