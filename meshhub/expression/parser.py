"""Reads expressions (docs/how-to/search.md describes the language).

expression = conjunction {"or" conjunction}
conjunction = negation {"and" negation}
negation = {"not"} (condition | "(" expression ")")
condition = name | name "exists" | name operator value | name ["not"] "in" "(" value {"," value} ")"
"""

from collections.abc import Callable

from meshhub.expression.faults import ExpressionFault
from meshhub.expression.fields import Field, Fields, Kind, closest
from meshhub.expression.lexer import Shape, Token, cut
from meshhub.expression.literals import EXAMPLES, number_of, read_number
from meshhub.expression.pattern import PatternFault, compile_pattern
from meshhub.expression.printing import KEYWORDS
from meshhub.expression.tree import EVERYTHING, And, Comparison, Exists, Expression, Not, Operator, Or, Value

MAX_DEPTH = 50
MAX_COMPARISONS = 200

_OPERATORS = {str(operator): operator for operator in Operator if operator is not Operator.IN} | {
    "==": Operator.EQUAL,
    "=~": Operator.MATCHES,
}
_AND, _OR, _NOT = ("and", "&&"), ("or", "||"), ("not", "!")


def parse(text: str, fields: Fields) -> Expression:
    """The expression that a text says; one that holds always for an empty text.

    Raises:
        ExpressionFault: it cannot be read, with the place and a hint.
    """
    return _Parser(list(cut(text)), fields).parse()


class _Parser:
    def __init__(self, tokens: list[Token], fields: Fields) -> None:
        self._tokens = tokens
        self._fields = fields
        self._next = 0
        self._comparisons = 0

    def parse(self) -> Expression:
        if self._at_end():
            return EVERYTHING
        expression = self._disjunction(0)
        if not self._at_end():
            raise self._unexpected_end()
        return expression

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _at_end(self) -> bool:
        return self._token.shape is Shape.END

    def _advance(self) -> Token:
        token = self._token
        if token.shape is not Shape.END:
            self._next += 1
        return token

    def _take(self, *words: str) -> bool:
        if not self._token.says(*words):
            return False
        self._next += 1
        return True

    def _disjunction(self, depth: int) -> Expression:
        return self._chain(depth, self._conjunction, _OR, Or)

    def _conjunction(self, depth: int) -> Expression:
        return self._chain(depth, self._negation, _AND, And)

    @staticmethod
    def _flat(parts: list[Expression], kind: type[And] | type[Or]) -> tuple[Expression, ...]:
        """Brackets around parts of the same kind change nothing."""
        return tuple(inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,)))

    def _chain(
        self, depth: int, read: Callable[[int], Expression], words: tuple[str, ...], kind: type[And] | type[Or]
    ) -> Expression:
        parts = [read(depth)]
        while self._take(*words):
            parts.append(read(depth))
        return parts[0] if len(parts) == 1 else kind(self._flat(parts, kind))

    def _negation(self, depth: int) -> Expression:
        token = self._token
        if depth > MAX_DEPTH:
            raise ExpressionFault(token.start, f"it is nested deeper than {MAX_DEPTH}")
        if self._take(*_NOT):
            return Not(self._negation(depth + 1))
        if self._take("("):
            inner = self._disjunction(depth + 1)
            if not self._take(")"):
                if self._at_end():
                    raise ExpressionFault(token.start, "this bracket is not closed", "Close it with )")
                raise self._unexpected_end()
            return inner
        return self._condition()

    def _condition(self) -> Expression:
        name = self._advance()
        if name.shape not in (Shape.WORD, Shape.QUOTED) or name.says(*KEYWORDS):
            what = f"{name.text} is no name" if name.text else "something is missing"
            raise ExpressionFault(name.start, f"{what}: a condition starts with one", "For example service = cart")
        field = self._field(name)
        self._count(name)
        if self._take("exists"):
            return Exists(field)
        if self._take("in"):
            return self._members(field)
        if self._token.says(*_NOT) and self._tokens[self._next + 1].says("in", "exists"):
            self._next += 1
            return Not(Exists(field) if self._take("exists") else self._after_in(field))
        operator = _OPERATORS.get(self._token.text) if self._token.shape is Shape.SYMBOL else None
        if operator is None:
            return self._alone(field, name)
        return self._comparison(field, operator, self._advance())

    def _after_in(self, field: Field) -> Expression:
        self._take("in")
        return self._members(field)

    def _alone(self, field: Field, name: Token) -> Expression:
        if field.kind is Kind.BOOLEAN:
            return Comparison(field, Operator.EQUAL, True)
        reason = f"{name.text} needs an operator and a value"
        if self._token.shape is Shape.WORD and (meant := closest(self._token.text.lower(), ("exists", "in", "not in"))):
            raise ExpressionFault(self._token.start, reason, f"Did you mean {meant}?")
        operators = "=, !=, in" + (", >, >=, <, <=" if field.kind.ordered else "")
        operators += ", ~, !~" if field.kind.textual else ""
        raise ExpressionFault(self._token.start, reason, f"One of {operators}, or {name.text} exists")

    def _comparison(self, field: Field, operator: Operator, symbol: Token) -> Expression:
        if (operator.ordering and not field.kind.ordered) or (operator.by_pattern and not field.kind.textual):
            usable = (
                "=, != and in"
                + (", < and >" if field.kind.ordered else "")
                + (", ~ and !~" if field.kind.textual else "")
            )
            raise ExpressionFault(
                symbol.start,
                f"{symbol.text} cannot compare {field.name}, which is {_described(field)}",
                f"Use {usable}",
            )
        token = self._value_token(field)
        if operator.by_pattern:
            return Comparison(field, operator, _pattern(token))
        value = self._value(field, token)
        if operator.ordering and not isinstance(value, float):
            raise ExpressionFault(token.start, f"{symbol.text} compares numbers, and {token.text} is none")
        return Comparison(field, operator, value)

    def _members(self, field: Field) -> Expression:
        opening = self._advance()
        if not opening.says("("):
            raise ExpressionFault(opening.start, "after in comes a list in brackets", f"{field.name} in (a, b)")
        values = [self._value(field, self._value_token(field))]
        while self._take(","):
            values.append(self._value(field, self._value_token(field)))
            self._count(self._token)
        if not self._take(")"):
            raise ExpressionFault(self._token.start, "the list is not closed", "Between values comes a comma, then )")
        return Comparison(field, Operator.IN, tuple(values))

    def _value_token(self, field: Field) -> Token:
        token = self._advance()
        if token.shape not in (Shape.WORD, Shape.QUOTED):
            example = EXAMPLES.get(field.kind) or (", ".join(field.members[:4]) if field.members else 'cart or "a b"')
            raise ExpressionFault(token.start, f"{field.name} needs a value here", f"For example {example}")
        return token

    def _value(self, field: Field, token: Token) -> Value:
        match field.kind:
            case Kind.TEXT:
                return token.text
            case Kind.ANY:
                number = number_of(token.text) if token.shape is Shape.WORD else None
                return token.text if number is None else number
            case Kind.BOOLEAN:
                if token.text.lower() not in ("true", "false"):
                    raise ExpressionFault(token.start, f"{field.name} is true or false, not {token.text}")
                return token.text.lower() == "true"
            case Kind.ENUMERATION:
                return _member(field, token)
            case _:
                read = read_number(token.text, field.kind)
                if read is None:
                    raise ExpressionFault(
                        token.start, f"{token.text} is no {field.kind}", f"Write {EXAMPLES[field.kind]}"
                    )
                return read

    def _field(self, name: Token) -> Field:
        found = self._fields.find(name.text)
        as_attribute = self._fields.attributes and name.text
        if name.shape is Shape.QUOTED and as_attribute:
            return Field(name.text, Kind.ANY)
        if found is not None:
            return found
        if "." in name.text and as_attribute:
            return Field(name.text, Kind.ANY)
        meant = self._fields.closest(name.text)
        hints = [f"Did you mean {meant}?"] if meant else []
        if as_attribute:
            hints.append(f'An attribute without a dot is written in quotes: "{name.text}"')
        raise ExpressionFault(name.start, f"there is no field {name.text}", " ".join(hints))

    def _count(self, token: Token) -> None:
        self._comparisons += 1
        if self._comparisons > MAX_COMPARISONS:
            raise ExpressionFault(token.start, f"it has more than {MAX_COMPARISONS} comparisons and values")

    def _unexpected_end(self) -> ExpressionFault:
        token = self._token
        if token.says(")"):
            return ExpressionFault(token.start, "this bracket closes nothing")
        return ExpressionFault(token.start, f"{token.text} cannot follow here", "Put and, or between conditions")


def _described(field: Field) -> str:
    return "true or false" if field.kind is Kind.BOOLEAN else f"of kind {field.kind}"


def _member(field: Field, token: Token) -> str:
    for member in field.members:
        if member.lower() == token.text.lower():
            return member
    meant = closest(token.text.lower(), field.members)
    listed = f"One of {', '.join(field.members)}"
    raise ExpressionFault(
        token.start, f"{field.name} is never {token.text}", f"Did you mean {meant}? {listed}" if meant else listed
    )


def _pattern(token: Token) -> str:
    try:
        compile_pattern(token.text)
    except PatternFault as fault:
        # A place inside a text in quotes, as far as no escape comes before it.
        place = token.start + fault.position + (token.shape is Shape.QUOTED)
        raise ExpressionFault(min(place, token.end - 1), f"the regular expression is wrong: {fault.reason}") from fault
    return token.text
