"""Which names an expression may use, and what their values are."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a field's values are, and with that how they are written and compared."""

    TEXT = "text"
    NUMBER = "number"
    DURATION = "duration"
    """Microseconds; written with a unit: `500ms`, `1.5s`, `2min`."""
    SHARE = "share"
    """From 0 to 1; written `5%` or `0.05`."""
    BYTES = "bytes"
    """Written `512`, `4KiB`, `1.5MB`."""
    BOOLEAN = "boolean"
    """Alone it asks for true: `mtls`, `not mtls`."""
    ENUMERATION = "enumeration"
    """Text, one of `Field.members`."""
    ANY = "any"
    """A free attribute, whose kind is not known: what is written as a number is compared as one, the rest as text."""

    @property
    def ordered(self) -> bool:
        """Whether < and > make sense."""
        return self in _ORDERED

    @property
    def textual(self) -> bool:
        """Whether ~ makes sense."""
        return self in _TEXTUAL


_ORDERED = frozenset({Kind.NUMBER, Kind.DURATION, Kind.SHARE, Kind.BYTES, Kind.ANY})
_TEXTUAL = frozenset({Kind.TEXT, Kind.ENUMERATION, Kind.ANY})


@dataclass(frozen=True, slots=True)
class Field:
    """A name that expressions may use. `description` is shown by completion and documentation."""

    name: str
    kind: Kind
    description: str = ""
    aliases: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


class Fields:
    """The fields of one thing that is filtered: a graph, spans, access logs.

    Names are compared without regard to case. With `attributes`, quoted names and names with a dot that are no field
    are attributes of that name (Kind.ANY).
    """

    def __init__(self, fields: Iterable[Field], *, attributes: bool = False) -> None:
        self.attributes = attributes
        self._fields = tuple(fields)
        self._by_name: dict[str, Field] = {}
        for field in self._fields:
            for name in (field.name, *field.aliases):
                if self._by_name.setdefault(name.lower(), field) is not field:
                    raise ValueError(f"could not use the fields: {name} is the name of two")

    def __iter__(self) -> Iterator[Field]:
        """In the order given."""
        return iter(self._fields)

    def find(self, name: str) -> Field | None:
        """The field with this name or alias."""
        return self._by_name.get(name.lower())

    def closest(self, name: str) -> str:
        """The name that was probably meant; empty where none is close."""
        return closest(name.lower(), self._by_name)


def closest(word: str, among: Iterable[str]) -> str:
    """The one of `among` that is most like a word; empty where none is."""
    # Comparing takes time with the square of the length, and names are short.
    found = difflib.get_close_matches(word[:64], list(among), n=1, cutoff=0.6)
    return found[0] if found else ""
