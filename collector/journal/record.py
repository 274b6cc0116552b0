"""The format of a segment file: a sequence of records, each a varint length and that many bytes of message.

A message is the bytes of a request as received (of OTLP an Export*ServiceRequest), followed by a suffix of three
protobuf fields of our own: protobuf merges on concatenation. A request that has such fields itself is refused
(collector.checks.sieve).

    field 1001  fixed64  received_unix_nano   when the hub took the request
    field 1002  string   tenant               whose it is
    field 1003  fixed32  crc32                zlib.crc32 of all bytes of the message before this field's tag

A message of a stream that says only once who sends (Envoy's) has that put in front, so that each is whole:

    field 1004  message  resource             opentelemetry.proto.resource.v1.Resource

The checksum is always the last six bytes. The engine reads a whole segment as length-delimited protobuf.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

OWN_FIELDS = range(1001, 1005)
RECEIVED_TAG = b"\xc9\x3e"
TENANT_TAG = b"\xd2\x3e"
CHECKSUM_TAG = b"\xdd\x3e"
RESOURCE_TAG = b"\xe2\x3e"
CHECKSUM_BYTES = 6
SMALLEST_MESSAGE = 10 + 3 + CHECKSUM_BYTES
MAX_TENANT_BYTES = 127
MAX_LENGTH_BYTES = 5

_ZEROS = re.compile(rb"\0+")


@dataclass(frozen=True, slots=True)
class Extent:
    """A stretch [start, end) of a segment: one whole record with its length, or damage that is no record."""

    start: int
    end: int
    intact: bool

    @property
    def size(self) -> int:
        return self.end - self.start


def encode(body: bytes, received: int, tenant: bytes) -> tuple[bytes, bytes, bytes]:
    """The three parts of a record (length, body, suffix); the body is not copied.

    Args:
        body: an encoded request.
        received: Unix time in nanoseconds.
        tenant: UTF-8, at most `MAX_TENANT_BYTES`.
    """
    suffix = RECEIVED_TAG + received.to_bytes(8, "little") + TENANT_TAG + bytes((len(tenant),)) + tenant
    checksum = crc32(suffix, crc32(body))
    suffix += CHECKSUM_TAG + checksum.to_bytes(4, "little")
    return encode_varint(len(body) + len(suffix)), body, suffix


def encode_resource(resource: bytes) -> bytes:
    """What to put in front of a message whose sender is an encoded OTLP Resource."""
    return RESOURCE_TAG + encode_varint(len(resource)) + resource


def encode_varint(value: int) -> bytes:
    """A non-negative integer as a protobuf varint."""
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)


def scan(data: bytes) -> Iterator[Extent]:
    """Walk the records of a segment, in order and without gaps; the extents cover all of `data`.

    Past damage the walk goes on at the next place where a whole record with a right checksum starts.
    """
    position = 0
    while position < len(data):
        end = _record_end(data, position)
        intact = end is not None
        if end is None:
            end = _next_record(data, position)
        yield Extent(position, end, intact)
        position = end


def received_time(record: bytes) -> int:
    """When the hub took an intact record that `scan` found: Unix time in nanoseconds; 0 if the suffix is not ours."""
    for tenant_size in range(MAX_TENANT_BYTES + 1):
        tag = len(record) - CHECKSUM_BYTES - tenant_size - len(TENANT_TAG) - 1
        if record[tag : tag + 3] == TENANT_TAG + bytes((tenant_size,)) and record[tag - 10 : tag - 8] == RECEIVED_TAG:
            return int.from_bytes(record[tag - 8 : tag], "little")
    return 0


def message_of(record: bytes) -> bytes:
    """The message of a record without its length."""
    return record[_length_at(record, 0)[1] :]


def _length_at(data: bytes, position: int) -> tuple[int, int]:
    """The varint at `position` and where it ends; (0, position) where there is none."""
    value = 0
    for index, byte in enumerate(data[position : position + MAX_LENGTH_BYTES]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, position + index + 1
    return 0, position


def _record_end(data: bytes, position: int) -> int | None:
    """Where the whole record that starts here ends; None if there is no such record."""
    length, start = _length_at(data, position)
    end = start + length
    if length < SMALLEST_MESSAGE or end > len(data):
        return None
    tag = end - CHECKSUM_BYTES
    if data[tag : tag + 2] != CHECKSUM_TAG:
        return None
    checksum = int.from_bytes(data[tag + 2 : end], "little")
    return end if crc32(memoryview(data)[start:tag]) == checksum else None


def _next_record(data: bytes, position: int) -> int:
    """Where the next whole record after damage starts.

    It is looked for where the damaged record says that it ends, behind zeros (blocks that were never written), and
    behind everything that looks like the end of a record.
    """
    length, start = _length_at(data, position)
    zeros = _ZEROS.match(data, position)
    guesses = [start + length, zeros.end() if zeros else position]
    found = min((guess for guess in guesses if guess > position and _record_end(data, guess)), default=len(data))
    tag = data.find(CHECKSUM_TAG, position)
    while tag != -1 and tag + CHECKSUM_BYTES < found:
        if _record_end(data, tag + CHECKSUM_BYTES):
            return tag + CHECKSUM_BYTES
        tag = data.find(CHECKSUM_TAG, tag + 1)
    return found
