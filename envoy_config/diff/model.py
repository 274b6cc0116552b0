"""A difference as a model."""

from dataclasses import dataclass
from enum import StrEnum


class Presence(StrEnum):
    """What became of a document."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that has another value. `path` is as "spec.tracing[0].randomSamplingPercentage"; the values are JSON,
    None where the field is not there."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class DocumentDiff:
    """What is different in one document. `unified` is for people; both parts are empty where nothing is, or where the
    document is secret."""

    name: str
    presence: Presence
    fields: tuple[FieldChange, ...] = ()
    unified: str = ""
    secret: bool = False
