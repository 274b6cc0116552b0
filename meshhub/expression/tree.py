"""An expression, read."""

from dataclasses import dataclass
from enum import StrEnum

from meshhub.expression.fields import Field

Value = str | float | bool
"""A value that was written: text, a number in the unit of the field's kind, or true and false."""


class Operator(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    MATCHES = "~"
    NOT_MATCHES = "!~"
    IN = "in"

    @property
    def ordering(self) -> bool:
        return self in _ORDERING

    @property
    def by_pattern(self) -> bool:
        return self in (Operator.MATCHES, Operator.NOT_MATCHES)

    @property
    def negative(self) -> bool:
        return self in (Operator.NOT_EQUAL, Operator.NOT_MATCHES)


_ORDERING = frozenset({Operator.GREATER, Operator.GREATER_OR_EQUAL, Operator.LESS, Operator.LESS_OR_EQUAL})


@dataclass(frozen=True, slots=True)
class Comparison:
    """Holds where the field has a value and the value compares so. `value` is a tuple for `in` only."""

    field: Field
    operator: Operator
    value: Value | tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    """Holds where the field has a value; an empty text is none."""

    field: Field


@dataclass(frozen=True, slots=True)
class Not:
    part: "Expression"


@dataclass(frozen=True, slots=True)
class And:
    """Holds where all parts hold: always, without parts."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Holds where one of two or more parts holds."""

    parts: tuple["Expression", ...]


Expression = And | Or | Not | Comparison | Exists

EVERYTHING = And(())
"""What an empty text means."""


def fields_of(expression: Expression) -> frozenset[Field]:
    """The fields that an expression asks for."""
    match expression:
        case And(parts) | Or(parts):
            return frozenset().union(*map(fields_of, parts))
        case Not(part):
            return fields_of(part)
        case Comparison(field) | Exists(field):
            return frozenset({field})
