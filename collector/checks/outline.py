"""A request seen from outside: how many records it has and how large they are, without looking into them.

All three signals have one shape (resources hold scopes hold records, under the same field numbers), so one message
type reads them all. Resources, scopes and records stay encoded: they are counted, measured and left out without being
decoded, and a request written back has the very bytes of what is kept. Fields it does not name are kept too.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

RESOURCES, SCOPES, RECORDS = 1, 2, 2
"""The field numbers that lead from a request to its records."""

_VARINT, _FIXED64, _LENGTH_DELIMITED, _FIXED32 = 0, 1, 2, 5


@cache
def outline_class() -> type[Message]:
    """Outline { resources = 1 }, Resource { resource = 1, scopes = 2 }, Scope { scope = 1, records = 2 }; all repeated.

    `resource` and `scope` are lists: a field that is sent twice is merged, so each copy counts.
    """
    file = FileDescriptorProto(name="meshhub/outline.proto", package="meshhub.outline", syntax="proto3")
    _add(file, "Scope", ("scope", 1, None), ("records", RECORDS, None))
    _add(file, "Resource", ("resource", 1, None), ("scopes", SCOPES, ".meshhub.outline.Scope"))
    _add(file, "Outline", ("resources", RESOURCES, ".meshhub.outline.Resource"))
    pool = DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return GetMessageClass(pool.FindMessageTypeByName("meshhub.outline.Outline"))


def count_records(body: bytes, limit: int) -> int:
    """The number of records in a request of OTLP; see `count_fields`.

    Raises:
        ValueError: the framing is broken.
    """
    return count_fields(body, (RESOURCES, SCOPES, RECORDS), limit)


def count_fields(body: bytes, path: Sequence[int], limit: int) -> int:
    """How often a field occurs that these field numbers lead to, found by walking the framing; stops past the limit.

    Decoding takes a hundred times the size of a request of empty records: this counts them first, in no memory.

    Raises:
        ValueError: the framing is broken.
    """
    count = 0
    for _ in _occurrences(body, path, 0, len(body)):
        count += 1
        if count > limit:
            break
    return count


def _occurrences(body: bytes, path: Sequence[int], start: int, end: int) -> Iterator[int]:
    for number, inner_start, inner_end in _fields(body, start, end):
        if number != path[0]:
            continue
        if len(path) == 1:
            yield inner_start
        else:
            yield from _occurrences(body, path[1:], inner_start, inner_end)


def _add(file: FileDescriptorProto, name: str, *fields: tuple[str, int, str | None]) -> None:
    message = file.message_type.add(name=name)
    for field, number, type_name in fields:
        kind: Any = FieldDescriptorProto.TYPE_MESSAGE if type_name else FieldDescriptorProto.TYPE_BYTES
        label: Any = FieldDescriptorProto.LABEL_REPEATED
        message.field.add(name=field, number=number, label=label, type=kind, type_name=type_name)


def _fields(body: bytes, position: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The length-delimited fields in a stretch of a message: number, and where the content starts and ends."""
    while position < end:
        tag, position = _varint(body, position)
        wire_type = tag & 7
        if wire_type == _LENGTH_DELIMITED:
            size, position = _varint(body, position)
            if position + size > end:
                raise ValueError("a field is longer than what holds it")
            yield tag >> 3, position, position + size
            position += size
        elif wire_type == _VARINT:
            _, position = _varint(body, position)
        elif wire_type in (_FIXED64, _FIXED32):
            position += 8 if wire_type == _FIXED64 else 4
        else:
            raise ValueError(f"wire type {wire_type} is not in use")


def _varint(body: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 64:
        if position >= len(body):
            raise ValueError("it is cut off")
        byte = body[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise ValueError("a number is longer than ten bytes")
