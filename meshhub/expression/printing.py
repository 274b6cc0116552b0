"""Writes an expression as text that reads back as the same expression."""

import re

from meshhub.expression.fields import Field, Kind
from meshhub.expression.literals import number_of, write_number
from meshhub.expression.tree import And, Comparison, Exists, Expression, Not, Or, Value

KEYWORDS = frozenset({"and", "or", "not", "in", "exists", "&&", "||"})

_BARE = re.compile(r"[\w][\w.:/@*+-]*", re.ASCII)


def print_expression(expression: Expression) -> str:
    """The text of an expression, with no more brackets than it needs."""
    match expression:
        case And(parts):
            return " and ".join(_within(part, Or) for part in parts)
        case Or(parts):
            return " or ".join(print_expression(part) for part in parts)
        case Not(part):
            return f"not {_within(part, And, Or)}"
        case Exists(field):
            return f"{_name(field)} exists"
        case Comparison(field, operator, value):
            if isinstance(value, tuple):
                return f"{_name(field)} {operator} ({', '.join(_value(field, one) for one in value)})"
            return f"{_name(field)} {operator} {_value(field, value)}"


def quote(text: str) -> str:
    """A text in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r") + '"'


def _within(part: Expression, *looser: type[And] | type[Or]) -> str:
    text = print_expression(part)
    return f"({text})" if isinstance(part, looser) else text


def _name(field: Field) -> str:
    return quote(field.name) if field.kind is Kind.ANY else field.name


def _value(field: Field, value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return write_number(value, Kind.NUMBER if field.kind is Kind.ANY else field.kind)
    bare = _BARE.fullmatch(value) and value.lower() not in KEYWORDS
    if field.kind is Kind.ANY and number_of(value) is not None:
        bare = None
    return value if bare else quote(value)
