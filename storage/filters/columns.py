"""How the fields of the language of filters are kept in a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from meshhub.expression import Field, Fields, Kind


class Form(StrEnum):
    """What the SQL of a column gives."""

    PLAIN = "plain"
    """A text or a number."""
    LIST = "list"
    """A text with commas between its values."""
    ID16 = "id16"
    ID8 = "id8"
    """Bytes of an id."""
    TRUTH = "truth"
    """A condition."""


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a table. SQL has `{t}` where the table is named."""

    field: Field
    sql: str
    present: str
    """SQL: there is a value; empty where there always is one."""
    form: Form = Form.PLAIN
    scale: float = 1.0
    """What a value of the field is multiplied with to be one of the column."""


class Columns:
    """The fields of a table, and its free attributes.

    `moved` are attributes that some rows have in a column: their keys, and SQL for their texts.
    """

    def __init__(self, table: str, columns: Iterable[Column], moved: Mapping[str, str] | None = None) -> None:
        self.table = table
        self._columns = {column.field.name: column for column in columns}
        self.moved = moved or {}

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(column.field for column in self._columns.values())

    def find(self, field: Field) -> Column | None:
        """The column of a field; None where this table has none, or for a free attribute."""
        return None if field.kind is Kind.ANY else self._columns.get(field.name)

    def part(self, table: str, names: Iterable[str]) -> "Columns":
        """Another table that has these of the fields in columns of the same names."""
        return Columns(table, [self._columns[name] for name in names])


def text(name: str, column: str, description: str, *aliases: str) -> Column:
    """A text; an empty one is none."""
    sql = f"{{t}}.{column}"
    return Column(Field(name, Kind.TEXT, description, aliases), sql, f"{sql} != ''")


def listed(name: str, column: str, description: str, *aliases: str) -> Column:
    """Texts with commas between them; "-" is none, as Envoy writes it."""
    sql = f"{{t}}.{column}"
    return Column(Field(name, Kind.TEXT, description, aliases), sql, f"{sql} NOT IN ('', '-')", Form.LIST)


def enumeration(name: str, column: str, members: tuple[str, ...], description: str, *aliases: str) -> Column:
    """One of a few texts, by an Enum8."""
    return Column(Field(name, Kind.ENUMERATION, description, aliases, members), f"toString({{t}}.{column})", "")


def number(name: str, column: str, description: str, *aliases: str, none: int | None = 0) -> Column:
    """A number; `none` is written where there is none."""
    sql = f"{{t}}.{column}"
    return Column(Field(name, Kind.NUMBER, description, aliases), sql, "" if none is None else f"{sql} != {none}")


def size(name: str, column: str, description: str, *aliases: str) -> Column:
    """Bytes."""
    return Column(Field(name, Kind.BYTES, description, aliases), f"{{t}}.{column}", "")


def duration(name: str, column: str, description: str, *aliases: str, scale: float = 1.0) -> Column:
    """A duration; `scale` is 1 for a column in microseconds."""
    return Column(Field(name, Kind.DURATION, description, aliases), f"{{t}}.{column}", "", scale=scale)


def identifier(name: str, column: str, description: str, *aliases: str, form: Form = Form.ID16) -> Column:
    """An id of bytes, written in hex."""
    sql, zero = f"{{t}}.{column}", 16 if form is Form.ID16 else 8
    return Column(Field(name, Kind.TEXT, description, aliases), sql, f"{sql} != toFixedString('', {zero})", form)


def truth(name: str, sql: str, description: str, *aliases: str, present: str = "") -> Column:
    """True or false."""
    return Column(Field(name, Kind.BOOLEAN, description, aliases), sql, present, Form.TRUTH)


def fields_of(*tables: Columns) -> Fields:
    """The fields of tables that are searched together; a field that several have is one."""
    by_name: dict[str, Field] = {}
    for table in tables:
        for field in table.fields:
            known = by_name.setdefault(field.name, field)
            if known.kind is not field.kind:
                raise ValueError(f"could not join the fields: {field.name} is of two kinds")
    return Fields(by_name.values(), attributes=True)
