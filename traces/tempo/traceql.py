"""Reads the part of TraceQL that Grafana's query builder and Kiali write.

    { resource.service.name = "cart" && (span.http.status_code >= 500 || status = error) } | select(name)

Spansets may be joined by `||`; by `&&` where all but one ask for nothing (`{ ... } && {}`, which Kiali writes). What is
more than that (structure, aggregates, arithmetic) is a fault that says where it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from meshhub.expression.pattern import PatternFault, compile_pattern
from traces.compat.model import ANY, DURATION, KIND, MAX_CONDITIONS, NAME, RESOURCE, SPAN, STATUS, Condition
from traces.compat.reading import clean, read_go_duration
from traces.tempo.words import TraceQlFault, Word, unquoted, words_of

MAX_DEPTH = 30

Alternatives = tuple[tuple[Condition, ...], ...]
"""Lists of conditions of which one must hold whole; ((),) asks for nothing."""

_ANYTHING: Alternatives = ((),)
_ORDER = frozenset({"=", "!=", ">", ">=", "<", "<="})
_INTRINSICS = {
    "status": STATUS, "span:status": STATUS,
    "kind": KIND, "span:kind": KIND,
    "name": NAME, "span:name": NAME,
    "duration": DURATION, "span:duration": DURATION,
}  # fmt: skip
_STATUSES = frozenset({"error", "ok", "unset"})
_KINDS = frozenset({"unspecified", "internal", "server", "client", "producer", "consumer"})


@dataclass(frozen=True, slots=True)
class Field:
    """Something of a span. `name` is how answers call it."""

    scope: str
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class TraceQl:
    """A query: what spans must fulfil, and the fields that answers show of them, each once, by their first mention."""

    any_of: Alternatives
    fields: tuple[Field, ...]


def read_traceql(query: str) -> TraceQl:
    """Read a query; an empty one asks for nothing.

    Raises:
        TraceQlFault: it cannot be read, or is more than is answered here.
    """
    words = words_of(query)
    if words[0].kind == "end":
        return TraceQl((), ())
    return _Reader(words).query()


def read_field(text: str) -> Field:
    """The field that a name means: an intrinsic, `resource.x`, `span.x`, or `.x` and `x` of either.

    Raises:
        TraceQlFault: it names nothing that a span has here.
    """
    if text in _INTRINSICS:
        return Field(SPAN, _INTRINSICS[text], text.removeprefix("span:"))
    for prefix, scope in (("resource.", RESOURCE), ("span.", SPAN), (".", ANY)):
        if text.startswith(prefix) and len(text) > len(prefix):
            key = text.removeprefix(prefix)
            key = clean(unquoted(key) if key.startswith('"') and key.endswith('"') and len(key) > 1 else key)
            return Field(scope, key, key)
    raise TraceQlFault(0, f"{text[:50]!r} is not supported: use resource.x, span.x, .x, name, kind, status or duration")


class _Reader:
    """Goes through the words of one query."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._at = 0
        self._fields: dict[str, Field] = {}

    def query(self) -> TraceQl:
        found = self._spansets(0)
        while self._takes("|"):
            self._stage()
        if self._word.kind != "end":
            raise self._fault(f"unexpected {self._word.text!r}: only | select(...) may follow")
        return TraceQl(() if found == _ANYTHING else found, tuple(self._fields.values()))

    def _spansets(self, depth: int) -> Alternatives:
        found = self._spanset(depth)
        while self._word.text in ("&&", "||") and self._word.kind == "sign":
            sign = self._next()
            other = self._spanset(depth)
            if sign.text == "||":
                found = self._either(found, other, sign)
            elif _ANYTHING in (found, other):
                found = other if found == _ANYTHING else found
            else:
                raise TraceQlFault(sign.position, "&& between spansets is not supported: write it within one {}")
        return found

    def _spanset(self, depth: int) -> Alternatives:
        self._descend(depth)
        if self._takes("("):
            found = self._spansets(depth + 1)
            self._expect(")")
            return found
        self._expect("{")
        if self._takes("}"):
            return _ANYTHING
        found = self._any(depth + 1)
        self._expect("}")
        return found

    def _any(self, depth: int) -> Alternatives:
        found = self._all(depth)
        while self._word.text == "||" and self._word.kind == "sign":
            sign = self._next()
            found = self._either(found, self._all(depth), sign)
        return found

    def _all(self, depth: int) -> Alternatives:
        found = self._one(depth)
        while self._word.text == "&&" and self._word.kind == "sign":
            sign = self._next()
            other = self._one(depth)
            found = self._bounded(tuple((*a, *b) for a in found for b in other), sign)
        return found

    def _one(self, depth: int) -> Alternatives:
        self._descend(depth)
        if self._takes("("):
            found = self._any(depth + 1)
            self._expect(")")
            return found
        word = self._next()
        if word.kind == "name" and word.text == "true":
            return _ANYTHING
        if word.kind != "name":
            raise TraceQlFault(
                word.position, f"unexpected {word.text!r}: expected an attribute, or name, duration, ..."
            )
        return self._comparison(word)

    def _comparison(self, word: Word) -> Alternatives:
        field = self._field(word)
        operator = self._next()
        value = self._next()
        if operator.kind != "sign" or operator.text not in _ORDER | {"=~", "!~"}:
            raise TraceQlFault(operator.position, f"unexpected {operator.text!r}: expected an operator like = or >=")
        if operator.text in ("=~", "!~"):
            return ((self._matching(field, operator.text, value),),)
        if value.kind == "name" and value.text == "nil":
            if operator.text != "!=":
                raise TraceQlFault(value.position, "nil is supported with != only")
            return ((Condition(field.scope, field.key, "exists"),),)
        number = self._number(field, value)
        if number is not None:
            return (self._ordered(field, operator.text, number, value),)
        if operator.text not in ("=", "!="):
            raise TraceQlFault(operator.position, f"{operator.text} takes a number or a duration")
        return ((Condition(field.scope, field.key, operator.text, self._text(field, value)),),)

    def _number(self, field: Field, value: Word) -> float | None:
        if value.kind == "number":
            return float(value.text)
        if value.kind != "duration":
            return None
        if field.key != DURATION:
            raise TraceQlFault(value.position, "a duration is supported for the field duration only")
        return float(read_go_duration("duration", value.text.removeprefix("-"))) * (-1 if value.text[0] == "-" else 1)

    def _ordered(self, field: Field, operator: str, number: float, value: Word) -> tuple[Condition, ...]:
        if operator == "=":
            return tuple(Condition(field.scope, field.key, each, number=number) for each in (">=", "<="))
        return (Condition(field.scope, field.key, operator, value.text, number),)

    def _text(self, field: Field, value: Word) -> str:
        members = {STATUS: _STATUSES, KIND: _KINDS}.get(field.key)
        if members is not None and value.text in members:
            return value.text
        if value.kind == "text" and members is None:
            return clean(value.text)
        if value.kind == "name" and value.text in ("true", "false") and members is None:
            return value.text
        expected = f"one of {', '.join(sorted(members))}" if members else "a text, a number, a duration, true or false"
        raise TraceQlFault(value.position, f"unexpected {value.text!r}: expected {expected}")

    def _matching(self, field: Field, operator: str, value: Word) -> Condition:
        if value.kind != "text":
            raise TraceQlFault(value.position, f"unexpected {value.text!r}: expected a regular expression in quotes")
        pattern = clean(value.text)
        try:
            compile_pattern(pattern)
        except PatternFault as fault:
            raise TraceQlFault(value.position + fault.position + 1, fault.reason) from fault
        return Condition(field.scope, field.key, operator, f"^(?:{pattern})$")

    def _stage(self) -> None:
        word = self._next()
        if word.text != "select" or not self._takes("("):
            raise TraceQlFault(word.position, f"| {word.text} is not supported: only | select(...) is")
        self._field(self._next())
        while self._takes(","):
            self._field(self._next())
        self._expect(")")

    def _field(self, word: Word) -> Field:
        try:
            field = read_field(word.text)
        except TraceQlFault as fault:
            raise TraceQlFault(word.position, str(fault).partition("col 1: ")[2]) from fault
        self._fields.setdefault(field.name, field)
        return field

    def _either(self, left: Alternatives, right: Alternatives, sign: Word) -> Alternatives:
        if _ANYTHING in (left, right):
            return _ANYTHING
        return self._bounded((*left, *right), sign)

    def _bounded(self, found: Alternatives, sign: Word) -> Alternatives:
        if sum(map(len, found)) > MAX_CONDITIONS:
            raise TraceQlFault(
                sign.position, f"there are more than {MAX_CONDITIONS} conditions, brackets multiplied out"
            )
        return found

    def _descend(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise self._fault(f"brackets are nested deeper than {MAX_DEPTH}")

    @property
    def _word(self) -> Word:
        return self._words[self._at]

    def _next(self) -> Word:
        word = self._word
        if word.kind != "end":
            self._at += 1
        return word

    def _takes(self, sign: str) -> bool:
        if self._word.kind == "sign" and self._word.text == sign:
            self._at += 1
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._takes(sign):
            raise self._fault(f"unexpected {self._word.text!r}: expected {sign}")

    def _fault(self, reason: str) -> TraceQlFault:
        return TraceQlFault(self._word.position, reason)
