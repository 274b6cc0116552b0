"""Text that is not UTF-8: replaced, so that one wrong byte does not cost a client its request.

Protobuf's decoder refuses a message with an invalid string whole. A twin of its schema, in a pool of its own, where
every string field is a bytes field, decodes it; the texts are mended there and the message encoded again.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass


def replace_invalid_utf8(kind: type[Message], encoded: bytes) -> bytes:
    """Encode a message of this kind again with U+FFFD in the place of what is not UTF-8.

    Raises:
        google.protobuf.message.DecodeError: something else is wrong with the message.
    """
    twin = _twin(kind.DESCRIPTOR).FromString(encoded)
    _mend(twin, kind.DESCRIPTOR)
    return twin.SerializeToString()


def _mend(twin: Message, original: Any) -> None:
    for field, value in twin.ListFields():
        meant = original.fields_by_name[field.name]
        if meant.type == FieldDescriptor.TYPE_STRING:
            if meant.is_repeated:
                value[:] = [_replaced(text) for text in value]
            else:
                setattr(twin, field.name, _replaced(value))
        elif meant.message_type is not None:
            for message in value if meant.is_repeated else (value,):
                _mend(message, meant.message_type)


def _replaced(text: bytes) -> bytes:
    return text.decode("utf-8", "replace").encode()


@cache
def _twin(descriptor: Any) -> type[Message]:
    pool = DescriptorPool()
    _add_file(pool, descriptor.file, set())
    return GetMessageClass(pool.FindMessageTypeByName(descriptor.full_name))


def _add_file(pool: DescriptorPool, file: Any, done: set[str]) -> None:
    if file.name in done:
        return
    done.add(file.name)
    for dependency in file.dependencies:
        _add_file(pool, dependency, done)
    copy = FileDescriptorProto()
    file.CopyToProto(copy)
    _strings_to_bytes(copy.message_type)
    pool.AddSerializedFile(copy.SerializeToString())


def _strings_to_bytes(messages: Iterable[DescriptorProto]) -> None:
    for message in messages:
        for field in message.field:
            if field.type == FieldDescriptorProto.TYPE_STRING:
                field.type = FieldDescriptorProto.TYPE_BYTES
        message.options.ClearField("map_entry")  # a key of bytes is none; a list of entries has the same encoding
        _strings_to_bytes(message.nested_type)
