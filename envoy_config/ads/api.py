"""Envoy's API as protobuf messages, from descriptors that were taken out of an Envoy 1.40 (meshhub.testing.envoy_api).

Not from a package: envoy-data-plane lacks fields that Envoy 1.40 has and misnames others (docs/adr/0009).
"""

import gzip
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    duration_pb2,
    empty_pb2,
    field_mask_pb2,
    json_format,
    message_factory,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message as Protobuf

DESCRIPTORS = Path(__file__).parent / "envoy_api.binpb.gz"
_WELL_KNOWN = (
    any_pb2,
    descriptor_pb2,
    duration_pb2,
    empty_pb2,
    field_mask_pb2,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)


@cache
def pool() -> DescriptorPool:
    """The descriptors, in a pool of their own: other packages may register other versions of the same files."""
    result = DescriptorPool()
    for module in _WELL_KNOWN:
        result.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
    files = descriptor_pb2.FileDescriptorSet.FromString(gzip.decompress(DESCRIPTORS.read_bytes()))
    for file in files.file:
        result.AddSerializedFile(file.SerializeToString())
    return result


@cache
def message_class(name: str) -> type[Any]:
    """The class of a message by its full protobuf name.

    Raises:
        KeyError: there is no such message.
    """
    return message_factory.GetMessageClass(pool().FindMessageTypeByName(name))


def from_json(name: str, content: dict[str, Any]) -> Protobuf:
    """A message from its JSON form, strict: an unknown field or type is an error.

    Raises:
        ValueError: it is not one; the message says which field.
    """
    result: Protobuf = message_class(name)()
    try:
        json_format.ParseDict(content, result, descriptor_pool=pool())
    except json_format.ParseError as error:
        raise ValueError(str(error)) from error
    return result
