"""Whether an expression holds for a thing."""

from collections.abc import Callable, Sequence
from math import isnan

from meshhub.expression.fields import Kind
from meshhub.expression.literals import number_of
from meshhub.expression.pattern import compile_pattern
from meshhub.expression.tree import And, Comparison, Exists, Expression, Not, Operator, Or, Value

Found = Value | int | Sequence[Value | int] | None
"""What a thing has as a field, in the unit of the field's kind; None where it has nothing."""

Lookup = Callable[[str], Found]


def matches(expression: Expression, lookup: Lookup) -> bool:
    """Whether an expression holds for the thing whose fields `lookup` tells.

    A missing value (None, an empty text, no values) makes every comparison false, also `!=`. Of several values it is
    enough that one compares so; `!=` and `!~` hold where none of them is equal.
    """
    match expression:
        case And(parts):
            return all(matches(part, lookup) for part in parts)
        case Or(parts):
            return any(matches(part, lookup) for part in parts)
        case Not(part):
            return not matches(part, lookup)
        case Exists(field):
            return bool(_values(lookup(field.name)))
        case Comparison(field):
            values = _values(lookup(field.name))
            holds = any(_holds(expression, value) for value in values)
            return bool(values) and (not holds if expression.operator.negative else holds)


def _values(found: Found) -> list[Value | int]:
    several = [found] if found is None or isinstance(found, str | int | float) else found
    return [value for value in several if value is not None and value != ""]


def _holds(comparison: Comparison, found: Value | int) -> bool:
    """Whether one value is equal, matches or compares so; the negative operators ask their opposite."""
    operator, wanted = comparison.operator, comparison.value
    if operator is Operator.IN:
        assert isinstance(wanted, tuple)  # noqa: S101 - says the tree
        return any(_equal(comparison.field.kind, found, one) for one in wanted)
    assert not isinstance(wanted, tuple)  # noqa: S101 - says the tree
    if operator.by_pattern:
        return compile_pattern(str(wanted)).search(str(found))
    if operator.ordering:
        return _ordered(operator, _number(comparison.field.kind, found), float(wanted))
    return _equal(comparison.field.kind, found, wanted)


def _equal(kind: Kind, found: Value | int, wanted: Value) -> bool:
    if isinstance(wanted, bool):
        return found is wanted
    if isinstance(wanted, float):
        return _number(kind, found) == wanted
    return str(found) == wanted


def _number(kind: Kind, found: Value | int) -> float | None:
    if isinstance(found, str):
        return number_of(found) if kind is Kind.ANY else None
    return float(found)


def _ordered(operator: Operator, found: float | None, wanted: float) -> bool:
    if found is None or isnan(found):
        return False
    match operator:
        case Operator.GREATER:
            return found > wanted
        case Operator.GREATER_OR_EQUAL:
            return found >= wanted
        case Operator.LESS:
            return found < wanted
        case _:
            return found <= wanted
