"""The thorough check of a request: record by record, leaving out what is over a limit and mending what is not UTF-8."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet

from collector.checks.outline import count_records, outline_class
from collector.checks.repair import replace_invalid_utf8
from collector.journal.record import OWN_FIELDS
from collector.refusal import Reason, Refused
from collector.schema import SignalSchema
from collector.settings import LimitSettings


class Sieve:
    """Goes through one request.

    Attributes:
        accepted: records kept so far (of metrics: data points).
        rejected: records left out so far; a metric or a resource that is not looked into counts each record as one.
        repaired: whether text had to be replaced.
    """

    def __init__(self, schema: SignalSchema, limits: LimitSettings) -> None:
        self._schema = schema
        self._limits = limits
        self._faults: Counter[str] = Counter()
        self.accepted = 0
        self.repaired = False

    @property
    def rejected(self) -> int:
        return self._faults.total()

    @property
    def message(self) -> str:
        """What the client should know; empty if all went through as it came."""
        parts = [f"left out {count} {self._schema.noun}: {fault}" for fault, count in sorted(self._faults.items())]
        if self.repaired:
            parts.append("text that is not UTF-8 was taken with the replacement character U+FFFD in its place")
        return "; ".join(parts)

    def sift(self, body: bytes) -> bytes:
        """The request with what may be kept; the very same bytes if that is all of it.

        Raises:
            Refused: it cannot be decoded, or has too many records.
        """
        try:
            self._refuse_more_than(count_records(body, self._limits.records))
            outline: Any = outline_class().FromString(body)
            refuse_own_fields(outline)
            kept = [self._sift_scopes(resource) for resource in outline.resources]
            _, skeleton = self._decoded(self._schema.request, outline.SerializeToString())
        except (DecodeError, ValueError) as error:
            message = f"could not decode the request: it is no {self._schema.request.DESCRIPTOR.name}"
            raise Refused(Reason.MALFORMED, message) from error
        if not self.rejected and not self.repaired:
            return body
        return _joined(skeleton, kept)

    def _sift_scopes(self, resource: Any) -> list[list[bytes]]:
        """Take the records out of a resource: those to keep, by scope. Scopes that are too large go whole."""
        large_resource = sum(map(len, resource.resource)) > self._limits.resource_bytes
        kept: list[list[bytes]] = []
        for scope in resource.scopes:
            large_scope = sum(map(len, scope.scope)) > self._limits.resource_bytes
            if large_resource or large_scope:
                fault = f"the resource or scope is larger than {int(self._limits.resource_bytes)} bytes"
                self._faults[fault] += len(scope.records)
                kept.append([])
            else:
                kept.append(self._sift_records(scope.records))
            del scope.records[:]
            if large_scope:
                del scope.scope[:]
        if large_resource:
            del resource.resource[:]
        return kept

    def _sift_records(self, records: Sequence[bytes]) -> list[bytes]:
        kept = []
        for encoded in records:
            if len(encoded) > self._limits.record_bytes:
                self._faults[f"larger than {int(self._limits.record_bytes)} bytes"] += 1
                continue
            record, sound = self._decoded(self._schema.record, encoded)
            holders = self._schema.holders(record)
            if any(len(holder.attributes) > self._limits.attributes for holder in holders):  # type: ignore[attr-defined]
                self._faults[f"more than {self._limits.attributes} attributes"] += len(holders)
                continue
            self.accepted += len(holders)
            self._refuse_more_than(self.accepted)
            kept.append(sound)
        return kept

    def _decoded(self, kind: type[Message], encoded: bytes) -> tuple[Message, bytes]:
        """The message, and its bytes as they are, or with its text mended."""
        try:
            return kind.FromString(encoded), encoded
        except DecodeError:
            mended = replace_invalid_utf8(kind, encoded)
            self.repaired = True
            return kind.FromString(mended), mended

    def _refuse_more_than(self, count: int) -> None:
        if count > self._limits.records:
            raise Refused(
                Reason.TOO_LARGE,
                f"could not take the request: it has more than {self._limits.records} {self._schema.noun}. "
                "Send smaller batches.",
            )


def refuse_own_fields(outline: Message) -> None:
    """The journal's fields (tenant, time of receipt, sender) in a request would be taken for the journal's: two values
    of one text field make the engine forget both."""
    unknown: Any = UnknownFieldSet(outline)
    if any(field.field_number in OWN_FIELDS for field in unknown):
        raise Refused(
            Reason.MALFORMED,
            f"could not take the request: it has a field numbered {OWN_FIELDS.start} to {OWN_FIELDS.stop - 1}, "
            "which are the hub's own.",
        )


def _joined(skeleton: bytes, kept: list[list[list[bytes]]]) -> bytes:
    """A request whose records were taken out, with these put in."""
    outline: Any = outline_class().FromString(skeleton)
    for resource, scopes in zip(outline.resources, kept, strict=True):
        for scope, records in zip(resource.scopes, scopes, strict=True):
            scope.records.extend(records)
    return outline.SerializeToString()  # type: ignore[no-any-return]
