"""The check of a message that is not OTLP's: can it be decoded, and does it keep the limits?

As with OTLP (collector.checks.request), `quick` lets nearly all pass untouched, and `thorough` looks at the others
record by record: it leaves out what is over a limit, mends text that is not UTF-8, and drops what is not kept.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.unknown_fields import UnknownFieldSet

from collector.batches import BatchSchema, RecordField
from collector.checks.outline import count_fields
from collector.checks.repair import replace_invalid_utf8
from collector.checks.request import QUICK_BYTES, SMALLEST_ATTRIBUTE, Checked
from collector.checks.sieve import refuse_own_fields
from collector.refusal import Reason, Refused
from collector.settings import LimitSettings


class BatchCheck:
    """Checks messages of one format. `quick` is for one thread, `thorough` for another."""

    def __init__(self, schema: BatchSchema, limits: LimitSettings) -> None:
        self._schema = schema
        self._limits = limits
        self._outline = _outline_class(schema)
        self._plain_bytes = min(limits.attributes * SMALLEST_ATTRIBUTE, int(limits.record_bytes))

    def quick(self, body: bytes) -> Checked | None:
        """The message as it came, if nothing is the matter with it; None if that takes a closer look."""
        if len(body) > QUICK_BYTES:
            return None
        try:
            outline: Any = self._outline.FromString(body)
            lists = [records for field in self._schema.fields for records in _encoded(outline, field)]
            if UnknownFieldSet(outline) or len(lists) > len(self._schema.fields) or self._dropped(outline):
                return None
            if any(max(map(len, records)) > self._plain_bytes for records in lists if records):
                return None
            request = self._schema.request.FromString(body)
        except DecodeError:
            return None
        count = sum(map(len, lists))
        points = self._schema.points
        if points is not None:
            count = sum(points(record) for field in self._schema.fields for record in _decoded(request, field))
        if count > self._limits.records:
            return None
        return Checked(body if count else b"", count)

    def thorough(self, body: bytes) -> Checked:
        """Keep what can be kept of a message.

        Raises:
            Refused: it cannot be decoded, or has too many records.
        """
        limit = self._limits.records
        try:
            self._refuse_more_than(sum(count_fields(body, field.path, limit) for field in self._schema.fields))
            outline: Any = self._outline.FromString(body)
            refuse_own_fields(outline)
            found = _Findings()
            for field in self._schema.fields:
                kept = [record for records in _encoded(outline, field) for record in self._sift(field, records, found)]
                self._refuse_more_than(found.accepted)
                _replace(outline, field, kept)
            is_same = not found.faults and not found.repaired and not self._dropped(outline)
            for number in self._schema.dropped:
                outline.ClearField(_name(number))
        except (DecodeError, ValueError) as error:
            name = self._schema.request.DESCRIPTOR.name
            raise Refused(Reason.MALFORMED, f"could not decode the request: it is no {name}") from error
        kept_body = body if is_same else outline.SerializeToString()
        rejected = found.faults.total()
        return Checked(
            kept_body if found.accepted else b"", found.accepted, rejected, self._said(found), found.repaired
        )

    def _sift(self, field: RecordField, encoded_records: Sequence[bytes], found: "_Findings") -> Iterator[bytes]:
        limits = self._limits
        for encoded in encoded_records:
            if len(encoded) > limits.record_bytes:
                found.faults[f"larger than {int(limits.record_bytes)} bytes"] += 1
                continue
            try:
                record, sound = field.record.FromString(encoded), encoded
            except DecodeError:
                sound = replace_invalid_utf8(field.record, encoded)
                record = field.record.FromString(sound)
                found.repaired = True
            points = 1 if self._schema.points is None else self._schema.points(record)
            if self._schema.attributes(record) > limits.attributes:
                found.faults[f"more than {limits.attributes} attributes"] += points
                continue
            found.accepted += points
            yield sound

    def _dropped(self, outline: Any) -> bool:
        return any(getattr(outline, _name(number)) for number in self._schema.dropped)

    def _refuse_more_than(self, count: int) -> None:
        if count > self._limits.records:
            raise Refused(
                Reason.TOO_LARGE,
                f"could not take the request: it has more than {self._limits.records} {self._schema.noun}. "
                "Send smaller batches.",
            )

    def _said(self, found: "_Findings") -> str:
        parts = [f"left out {count} {self._schema.noun}: {fault}" for fault, count in sorted(found.faults.items())]
        if found.repaired:
            parts.append("text that is not UTF-8 was taken with the replacement character U+FFFD in its place")
        return "; ".join(parts)


class _Findings:
    """What the sifting of one message has found so far."""

    def __init__(self) -> None:
        self.faults: Counter[str] = Counter()
        self.accepted = 0
        self.repaired = False


def _outline_class(schema: BatchSchema) -> type[Message]:
    """The message with its records as bytes: they are counted and measured without being decoded."""
    package = f"meshhub.outline.{schema.signal}"
    file = FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
    group = file.message_type.add(name="Group")
    outline = file.message_type.add(name="Outline")
    repeated: Any = FieldDescriptorProto.LABEL_REPEATED
    texts: Any = FieldDescriptorProto.TYPE_BYTES
    messages: Any = FieldDescriptorProto.TYPE_MESSAGE
    group.field.add(name="records", number=1, label=repeated, type=texts)
    for field in schema.fields:
        number, *inner = field.path
        if inner:
            name = f".{package}.Group"
            outline.field.add(name=_name(number), number=number, label=repeated, type=messages, type_name=name)
        else:
            outline.field.add(name=_name(number), number=number, label=repeated, type=texts)
    for number in schema.dropped:
        outline.field.add(name=_name(number), number=number, label=repeated, type=texts)
    pool = DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return GetMessageClass(pool.FindMessageTypeByName(f"{package}.Outline"))


def _name(number: int) -> str:
    return f"field_{number}"


def _encoded(outline: Any, field: RecordField) -> list[Sequence[bytes]]:
    """The records of an outline: one list, or one for each group there is."""
    content = getattr(outline, _name(field.path[0]))
    return [content] if len(field.path) == 1 else [group.records for group in content]


def _replace(outline: Any, field: RecordField, kept: list[bytes]) -> None:
    """Leave these records, in one group."""
    outline.ClearField(_name(field.path[0]))
    content = getattr(outline, _name(field.path[0]))
    if len(field.path) == 1:
        content.extend(kept)
    elif kept:
        content.add().records.extend(kept)


def _decoded(request: Message, field: RecordField) -> Sequence[Any]:
    """The records of a whole message where these lie at its top."""
    by_number = request.DESCRIPTOR.fields_by_number
    content: Sequence[Any] = getattr(request, by_number[field.path[0]].name)
    return content
