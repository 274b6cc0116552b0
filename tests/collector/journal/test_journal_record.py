"""The record format, by value and by property."""

import zlib

from hypothesis import given
from hypothesis import strategies as st

from collector.journal.record import Extent, encode, encode_varint, message_of, received_time, scan

BODIES = st.binary(max_size=300)
TENANTS = st.text(alphabet="abcXYZ019._-", max_size=64)
TIMES = st.integers(0, 2**64 - 1)


def record(body: bytes, received: int = 7, tenant: bytes = b"") -> bytes:
    return b"".join(encode(body, received, tenant))


def test_a_record_is_a_length_the_body_the_time_the_tenant_and_a_checksum() -> None:
    before_checksum = b"BODY" + b"\xc9\x3e" + (258).to_bytes(8, "little") + b"\xd2\x3e\x03abc"
    checksum = zlib.crc32(before_checksum).to_bytes(4, "little")

    assert record(b"BODY", 258, b"abc") == bytes([4 + 10 + 6 + 6]) + before_checksum + b"\xdd\x3e" + checksum


def test_an_empty_tenant_is_written_too() -> None:
    assert b"\xd2\x3e\x00\xdd\x3e" in record(b"BODY")


def test_varints_are_those_of_protobuf() -> None:
    assert [encode_varint(value) for value in (0, 1, 127, 128, 300)] == [b"\0", b"\1", b"\x7f", b"\x80\1", b"\xac\2"]


@given(st.lists(st.tuples(BODIES, TIMES, TENANTS), max_size=8))
def test_what_is_written_is_found(written: list[tuple[bytes, int, str]]) -> None:
    records = [record(body, received, tenant.encode()) for body, received, tenant in written]
    data = b"".join(records)

    found = list(scan(data))

    assert [data[extent.start : extent.end] for extent in found] == records
    assert all(extent.intact for extent in found)
    assert [received_time(entry) for entry in records] == [received for _, received, _ in written]
    assert all(message_of(entry).startswith(body) for entry, (body, _, _) in zip(records, written, strict=True))


@given(st.binary(max_size=400))
def test_any_bytes_are_walked_to_their_end_without_gaps(data: bytes) -> None:
    position = 0
    for extent in scan(data):
        assert extent.start == position < extent.end
        position = extent.end
    assert position == len(data)


@given(st.lists(BODIES, min_size=1, max_size=5), st.data())
def test_a_torn_tail_costs_only_the_record_that_is_torn(bodies: list[bytes], data: st.DataObject) -> None:
    records = [record(body) for body in bodies]
    whole = b"".join(records)
    cut = data.draw(st.integers(len(whole) - len(records[-1]) + 1, len(whole) - 1))

    found = list(scan(whole[:cut]))

    assert [extent.intact for extent in found] == [True] * (len(bodies) - 1) + [False]


@given(st.lists(BODIES, min_size=2, max_size=6), st.data())
def test_damage_costs_only_the_record_that_is_damaged(bodies: list[bytes], data: st.DataObject) -> None:
    records = [record(body) for body in bodies]
    damaged = data.draw(st.integers(0, len(records) - 1))
    offset = data.draw(st.integers(0, len(records[damaged]) - 1))
    flipped = bytearray(records[damaged])
    flipped[offset] ^= data.draw(st.integers(1, 255))
    content = b"".join([*records[:damaged], bytes(flipped), *records[damaged + 1 :]])

    kept = [content[extent.start : extent.end] for extent in scan(content) if extent.intact]

    assert kept == records[:damaged] + records[damaged + 1 :]


def test_zeros_after_the_last_record_are_damage_in_one_piece() -> None:
    whole = record(b"one")

    assert list(scan(whole + bytes(5000))) == [
        Extent(0, len(whole), True),
        Extent(len(whole), len(whole) + 5000, False),
    ]
