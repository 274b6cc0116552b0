"""Compiles expressions of the language of filters into SQL.

What is compiled means the same as `meshhub.expression.matches` on the row: a missing value makes every comparison
false. A field that a table does not have is missing in all its rows.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from meshhub.expression import And, Comparison, Exists, Expression, Field, Kind, Not, Or, Value
from storage.filters.columns import Column, Columns, Form
from storage.filters.condition import Condition, Names, Term

_RESOURCE = "resource."
_HEX = re.compile(r"[0-9a-f]{1,32}")
_ID_BYTES = {Form.ID16: 16, Form.ID8: 8}
_LARGEST_EXACT = 2**53

Bind = Callable[[Any, str], str]
"""Binds a value as a parameter of a type; what stands for it in SQL."""


def compile_condition(expression: Expression, columns: Columns, place: str = "where") -> Condition:
    """The condition on a table's rows, for the place `${place}` of a query."""
    bound: dict[str, Any] = {}
    text = _compile(expression, columns, _binder(bound, place))
    return Condition(text, bound)


def compile_text(field: Field, columns: Columns, place: str) -> Term:
    """The text of a field in a row, empty where it has none, for the place `${place}` of a query."""
    bound: dict[str, Any] = {}
    return Term(_text_of(field, columns, _binder(bound, place)), bound)


def compile_texts(fields: Sequence[Field], columns: Columns, place: str) -> Term:
    """The texts of fields in a row, as the columns field_0, field_1 …, for the place `${place}` of a query."""
    bound: dict[str, Any] = {}
    bind = _binder(bound, place)
    texts = (f"toString({_text_of(field, columns, bind)}) AS field_{number}" for number, field in enumerate(fields))
    return Term(", ".join(texts), bound)


def names_of_texts(count: int) -> Names:
    """The columns that `compile_texts` makes of so many fields."""
    return Names(", ".join(f"field_{number}" for number in range(count)))


def sets_of_texts(count: int) -> Names:
    """The columns that `compile_texts` makes of so many fields, as grouping sets of one each."""
    return Names(", ".join(f"(field_{number})" for number in range(count)))


def _binder(bound: dict[str, Any], place: str) -> Bind:
    def bind(value: Any, type_name: str) -> str:
        name = f"{place}_{len(bound)}"
        bound[name] = value
        return f"{{{name}:{type_name}}}"

    return bind


def _compile(expression: Expression, columns: Columns, bind: Bind) -> str:
    match expression:
        case And(parts):
            return f"({' AND '.join(_compile(part, columns, bind) for part in parts)})" if parts else "1"
        case Or(parts):
            return f"({' OR '.join(_compile(part, columns, bind) for part in parts)})"
        case Not(part):
            return f"(NOT {_compile(part, columns, bind)})"
        case Exists(field):
            return _exists(field, columns, bind)
        case Comparison(field):
            if field.kind is Kind.ANY:
                return _attribute_holds(expression, _attribute(field.name, columns, bind), bind)
            column = columns.find(field)
            return "0" if column is None else _column_holds(expression, column, columns.table, bind)


def _exists(field: Field, columns: Columns, bind: Bind) -> str:
    if field.kind is Kind.ANY:
        return f"({_attribute(field.name, columns, bind)} != '')"
    column = columns.find(field)
    if column is None:
        return "0"
    return f"({_named(column.present, columns.table)})" if column.present else "1"


def _column_holds(comparison: Comparison, column: Column, table: str, bind: Bind) -> str:
    positive = _positive(comparison, column, _named(column.sql, table), bind)
    negated = f"NOT {positive}" if comparison.operator.negative else positive
    return f"({_named(column.present, table)} AND {negated})" if column.present else f"({negated})"


def _positive(comparison: Comparison, column: Column, sql: str, bind: Bind) -> str:
    """The comparison, or the opposite of a negative one, where there is a value."""
    operator, value = comparison.operator, comparison.value
    if operator.by_pattern:
        return _matches(str(value), column, sql, bind)
    values = value if isinstance(value, tuple) else (value,)
    match column.form:
        case Form.TRUTH:
            return f"({' OR '.join(f'({sql}) = {int(bool(one))}' for one in values)})"
        case Form.LIST:
            return f"hasAny(splitByChar(',', toString({sql})), {bind(list(map(str, values)), 'Array(String)')})"
        case Form.ID16 | Form.ID8:
            return _is_id(values, column.form, sql, bind)
        case _ if operator.ordering:
            return f"({sql} {operator} {bind(_number(values[0], column), 'Float64')})"
        case _ if column.field.kind in (Kind.TEXT, Kind.ENUMERATION):
            return f"({sql} IN {bind(list(map(str, values)), 'Array(String)')})"
        case _:
            return f"({sql} IN {bind([_number(one, column) for one in values], 'Array(Float64)')})"


def _number(value: Value, column: Column) -> float:
    return float(value) * column.scale


def _matches(pattern: str, column: Column, sql: str, bind: Bind) -> str:
    wanted = bind(f"(?s){pattern}", "String")
    match column.form:
        case Form.LIST:
            return f"arrayExists(one -> match(one, {wanted}), splitByChar(',', toString({sql})))"
        case Form.ID16 | Form.ID8:
            return f"match(lower(hex({sql})), {wanted})"
        case _:
            return f"match({sql}, {wanted})"


def _is_id(values: tuple[Value, ...], form: Form, sql: str, bind: Bind) -> str:
    """Ids as people write them: upper case, with dashes, short ones without their leading zeros."""
    digits = 2 * _ID_BYTES[form]
    written = [str(value).replace("-", "").lower() for value in values]
    ids = [one.zfill(digits) for one in written if _HEX.fullmatch(one) and len(one) <= digits]
    named = ", ".join(f"toFixedString(unhex({bind(one, 'String')}), {_ID_BYTES[form]})" for one in ids)
    return f"({sql} IN ({named}))" if ids else "0"


def _attribute(key: str, columns: Columns, bind: Bind) -> str:
    """The text of an attribute, empty where there is none."""
    table = columns.table
    if key.startswith(_RESOURCE) and len(key) > len(_RESOURCE):
        return f"JSONExtractString({table}.resource_attributes, {bind(key.removeprefix(_RESOURCE), 'String')})"
    kept = f"{table}.attributes[{bind(key, 'String')}]"
    moved = columns.moved.get(key)
    return f"if({kept} != '', {kept}, toString({_named(moved, table)}))" if moved else kept


def _attribute_holds(comparison: Comparison, text: str, bind: Bind) -> str:
    operator, value = comparison.operator, comparison.value
    if operator.by_pattern:
        positive = f"match({text}, {bind(f'(?s){value}', 'String')})"
    elif operator.ordering:
        positive = _compares(text, str(operator), bind(value, "Float64"))
    else:
        values = value if isinstance(value, tuple) else (value,)
        positive = f"({' OR '.join(_attribute_is(one, text, bind) for one in values)})"
    return f"({text} != '' AND {f'NOT {positive}' if operator.negative else positive})"


def _attribute_is(value: Value, text: str, bind: Bind) -> str:
    if isinstance(value, float):
        return _compares(text, "=", bind(value, "Float64"))
    return f"{text} = {bind(str(value), 'String')}"


def _compares(text: str, operator: str, number: str) -> str:
    """A comparison with the number that a text is; false where it is none, or one too long to be exact."""
    said = f"toFloat64OrNull({text})"
    return f"ifNull(abs({said}) <= {_LARGEST_EXACT} AND {said} {operator} {number}, 0)"


def _text_of(field: Field, columns: Columns, bind: Bind) -> str:
    if field.kind is Kind.ANY:
        return _attribute(field.name, columns, bind)
    column = columns.find(field)
    if column is None:
        return "''"
    sql, present = _named(column.sql, columns.table), _named(column.present, columns.table)
    match column.form:
        case Form.TRUTH:
            said = f"if({sql}, 'true', 'false')"
        case Form.ID16 | Form.ID8:
            said = f"lower(hex({sql}))"
        case _ if field.kind in (Kind.TEXT, Kind.ENUMERATION):
            return f"toString({sql})"
        case _:
            said = f"toString({sql})"
    return f"if({present}, {said}, '')" if present else said


def _named(sql: str, table: str) -> str:
    return sql.replace("{t}", table)
