"""The language of filters: what it means, what it refuses, and that it says so for any text."""

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meshhub.expression import (
    EVERYTHING,
    And,
    Comparison,
    Exists,
    Expression,
    ExpressionFault,
    Field,
    Fields,
    Kind,
    Not,
    Operator,
    Or,
    complete,
    fields_of,
    matches,
    parse,
    print_expression,
)
from meshhub.expression.literals import read_number, write_number
from meshhub.expression.pattern import MAX_STATES, PatternFault, compile_pattern

SERVICE = Field("service", Kind.TEXT, "who answers", aliases=("svc", "app"))
STATUS = Field("status", Kind.NUMBER)
DURATION = Field("duration", Kind.DURATION)
ERRORS = Field("errors", Kind.SHARE, aliases=("err",))
SIZE = Field("size", Kind.BYTES)
MTLS = Field("mtls", Kind.BOOLEAN)
OUTCOME = Field("outcome", Kind.ENUMERATION, members=("ok", "5xx", "no_response"))
FIELDS = Fields([SERVICE, STATUS, DURATION, ERRORS, SIZE, MTLS, OUTCOME], attributes=True)
CLOSED = Fields([SERVICE, MTLS])
ROW: dict[str, Any] = {
    "service": "cart", "status": 503, "duration": 1_500_000, "errors": 0.12, "size": 4096, "mtls": False,
    "outcome": "5xx", "http.route": "/item/{id}", "tries": "3", "flags": ("UF", "URX"), "empty": "",
}  # fmt: skip


def holds(text: str, row: dict[str, Any] = ROW) -> bool:
    return matches(parse(text, FIELDS), row.get)


def fault(text: str, fields: Fields = FIELDS) -> ExpressionFault:
    with pytest.raises(ExpressionFault) as caught:
        parse(text, fields)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "service = cart", "SVC == cart", "'service' = cart", "service='cart'", "service in (cart, 'b c')",
        "status >= 500 and status<600", "duration > 1s and duration < 2s", "duration = 1500ms", "duration=.025min",
        "err > 10%", "errors <= 0.12", "size = 4KiB", "size>4kb", "not mtls", "!mtls", "mtls = false", "outcome = 5XX",
        "service ~ ^ca", "service ~ 'r(t|d)$'", "service !~ shop", "http.route = /item/{id}", "'tries' > 2",
        "'tries' = 3",
        "http.route exists and not nothing.here exists", "nothing.here not exists", "service not in (a, b)",
        "(service = cart or mtls) and (status = 503)", "not (mtls and service = cart)", "'flags' = UF",
        "'flags' != NR", "service = x or service = cart and status = 503", "'tries' ~ ^[0-9]$",
    ],
)  # fmt: skip
def test_it_holds(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "service = Cart", "service != cart", "status < 500", "duration < 1500000us", "err > 12%", "mtls",
        "nothing.here = a", "nothing.here != a", "nothing.here !~ a", "'empty' exists", "'empty' != x",
        "'flags' != UF", "'http.route' > 5", "'tries' = '3.0'", "outcome in (ok, no_response)",
    ],
)  # fmt: skip
def test_it_does_not_hold(text: str) -> None:
    assert not holds(text)


def test_and_binds_closer_than_or_and_brackets_of_one_kind_vanish() -> None:
    mtls = Comparison(MTLS, Operator.EQUAL, True)
    some = Exists(SERVICE)
    assert parse("mtls or service exists and mtls", FIELDS) == Or((mtls, And((some, mtls))))
    assert parse("(mtls and service exists) and not mtls", FIELDS) == And((mtls, some, Not(mtls)))
    assert parse("", FIELDS) == EVERYTHING


@pytest.mark.parametrize(
    ("text", "position", "reason", "hint"),
    [
        ("servce = cart", 0, "there is no field servce", "Did you mean service?"),
        ("service = cart xor mtls", 15, "xor cannot follow here", "and, or"),
        ("service cart", 8, "needs an operator", "service exists"),
        ("service exist", 8, "needs an operator", "Did you mean exists?"),
        ("service > 5", 8, "> cannot compare service", "~ and !~"),
        ("status ~ 5", 7, "~ cannot compare status", "< and >"),
        ("status > abc", 9, "abc is no number", "503"),
        ("duration > 5", 11, "5 is no duration", "500ms"),
        ("err > 5", 6, "5 is no share", "5%"),
        ("size > 1e999", 7, "1e999 is no bytes", "4KiB"),
        ("outcome = okay", 10, "outcome is never okay", "Did you mean ok?"),
        ("mtls = yes", 7, "true or false", ""),
        ("(mtls", 0, "not closed", ")"),
        ("mtls)", 4, "closes nothing", ""),
        ("service = 'cart", 10, "quote is not closed", "'"),
        ("service =", 9, "needs a value", "cart"),
        ("service in cart", 11, "list in brackets", "(a, b)"),
        ("service in (a b)", 14, "list is not closed", "comma"),
        ("mtls and", 8, "something is missing", "service = cart"),
        ("and mtls", 0, "and is no name", ""),
        ("service ~ 'a(b'", 12, "regular expression is wrong", ""),
        ("tenant_id = 5", 0, "there is no field", '"tenant_id"'),
        ("a.b > x", 6, "compares numbers", ""),
        ("mtls or \ud800", 8, "no character", ""),
    ],
)
def test_a_fault_says_where_and_what_instead(text: str, position: int, reason: str, hint: str) -> None:
    found = fault(text)
    assert found.position == position
    assert reason in found.reason
    assert hint in found.hint
    assert f"at character {position + 1}" in str(found)


def test_names_of_attributes_need_leave() -> None:
    assert "there is no field http.route" in fault("http.route = /", CLOSED).reason
    assert "there is no field no such" in fault("'no such' = /", CLOSED).reason
    assert parse("'service' exists", CLOSED) == Exists(SERVICE)
    assert parse("'service' exists", FIELDS) == Exists(Field("service", Kind.ANY))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("mtls or " * 500 + "mtls", "longer than"),
        ("(" * 60 + "mtls" + ")" * 60, "nested deeper"),
        ("not " * 60 + "mtls", "nested deeper"),
        (" or ".join(["mtls"] * 201), "more than 200"),
        (f"service in ({','.join('a' * 250)})", "more than 200"),
        ("service ~ 'a{1000}'", "more often"),
        ("service ~ '((a{100}){100}){100}'", "too large"),
        (f"service ~ '{'(' * 40}a{')' * 40}'", "nested deeper"),
    ],
)
def test_there_are_limits(text: str, reason: str) -> None:
    assert reason in fault(text).reason


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ATTRIBUTES = TEXT.filter(bool).map(lambda name: Field(name, Kind.ANY))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, min_value=-(2.0**50), max_value=2.0**50).map(
    lambda number: float(f"{number:.12g}")
)
POSITIVE = st.floats(1e-6, 1e15, allow_nan=False).map(lambda number: float(f"{number:.12g}"))
SHARES = st.floats(0, 1).map(lambda number: float(f"{number:.9g}"))


def comparisons() -> st.SearchStrategy[Expression]:
    def of(field: st.SearchStrategy[Field], operators: str, value: st.SearchStrategy[Any]) -> Any:
        chosen = st.sampled_from([Operator(one) for one in operators.split()])
        plain = st.builds(Comparison, field, chosen, value)
        return plain | st.builds(
            lambda field, values: Comparison(field, Operator.IN, tuple(values)),
            field,
            st.lists(value, min_size=1, max_size=3),
        )

    order = "= != > >= < <="
    made: st.SearchStrategy[Expression] = (
        of(st.just(SERVICE), "= !=", TEXT)
        | of(ATTRIBUTES, "= !=", TEXT | NUMBERS)
        | of(st.just(STATUS), order, NUMBERS)
        | of(st.just(DURATION), order, POSITIVE)
        | of(st.just(SIZE), order, POSITIVE)
        | of(st.just(ERRORS), order, SHARES)
        | of(st.just(MTLS), "= !=", st.booleans())
        | of(st.just(OUTCOME), "= != ", st.sampled_from(OUTCOME.members))
        | st.builds(Comparison, ATTRIBUTES, st.just(Operator.MATCHES), TEXT.map(re.escape).filter(_is_pattern))
        | st.builds(Exists, ATTRIBUTES | st.just(SERVICE))
    )
    return made


def _is_pattern(text: str) -> bool:
    try:
        compile_pattern(text)
    except PatternFault:
        return False
    return True


def _flat(kind: type[And] | type[Or], parts: list[Expression]) -> Expression:
    return kind(tuple(inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))))


EXPRESSIONS = st.recursive(
    comparisons(),
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: _flat(And, parts))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: _flat(Or, parts))
    ),
    max_leaves=12,
)


@given(EXPRESSIONS)
def test_what_is_printed_reads_back_the_same(expression: Expression) -> None:
    assert parse(print_expression(expression), FIELDS) == expression


PIECES = st.sampled_from(
    ["service", "status", "mtls", "a.b", "'q'", '"', "'", "\\", "(", ")", ",", "=", "!=", ">", "~", "!~", "!", "in",
     "not", "and", "or", "exists", "5%", "1e5", "500ms", "^a+$", "[", "{2}", "\x00", "\ud800", "é", "🙂", " "]
)  # fmt: skip


@given(st.text(max_size=60) | st.lists(PIECES, max_size=25).map(" ".join) | st.lists(PIECES, max_size=25).map("".join))
@example("service ~ '[a-'")
@example("service not")
def test_any_text_is_an_expression_or_a_fault_within_it(text: str) -> None:
    expression, found = outcome(text)
    if expression is None:
        assert found is not None
        assert 0 <= found.position <= len(text)
        return
    assert parse(print_expression(expression), FIELDS) == expression
    assert matches(expression, ROW.get) in (True, False)
    assert fields_of(expression) >= frozenset()


def outcome(text: str) -> tuple[Expression | None, ExpressionFault | None]:
    try:
        return parse(text, FIELDS), None
    except ExpressionFault as found:
        return None, found


@given(EXPRESSIONS)
def test_an_expression_and_its_opposite_never_agree(expression: Expression) -> None:
    assert matches(expression, ROW.get) is not matches(Not(expression), ROW.get)


@given(POSITIVE, st.sampled_from([Kind.NUMBER, Kind.DURATION, Kind.BYTES]))
def test_a_number_is_written_as_it_is_read(number: float, kind: Kind) -> None:
    assert read_number(write_number(number, kind), kind) == number


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [
        (500_000.0, Kind.DURATION, "500ms"), (1_500_000.0, Kind.DURATION, "1.5s"), (0.05, Kind.SHARE, "5%"),
        (2.5, Kind.DURATION, "2.5us"), (503.0, Kind.NUMBER, "503"), (4096.0, Kind.BYTES, "4096B"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_people_do(number: float, kind: Kind, text: str) -> None:
    assert write_number(number, kind) == text


PATTERNS = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", r"\S", "[a-c0-9_]", r"\.", "[-a]", "x{2}", "^", "$"]),
    lambda inner: (
        st.tuples(inner, inner).map("".join)
        | st.tuples(inner, inner).map("|".join)
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{0,2}", "{1,}", "*?"])).map(
            lambda parts: f"({parts[0]}){parts[1]}"
        )
        | inner.map(lambda part: f"(?:{part})")
    ),
    max_leaves=8,
)


@given(PATTERNS, st.text("abcx1._-\n é", max_size=10))
def test_patterns_find_what_they_say(pattern: str, text: str) -> None:
    expected = re.search(pattern.replace("$", r"\Z"), text, re.DOTALL | re.ASCII) is not None
    assert compile_pattern(pattern).search(text) is expected


@pytest.mark.parametrize(
    "pattern", [r"(?i)CART", "(?i)[A-C]art", r"^c\w+t$", "", "a||c", "(|x)cart", r"\x63", r"[\d\w]"]
)
def test_patterns_that_find_or_say_why_not(pattern: str) -> None:
    if pattern == r"\x63":
        with pytest.raises(PatternFault, match="not among"):
            compile_pattern(pattern)
    else:
        assert compile_pattern(pattern).search("cart")


@pytest.mark.parametrize(
    "pattern",
    ["a**", "(", ")", "[", "[]", "[z-a]", "a{2", "{2}", "*", "^*", r"\q", "\\", "(?=a)", "(?P<n>a)", r"(a)\1", r"\b",
     "a{5,2}", r"[\D]", "[[:alpha:]]", "a{2}{3}", "[a-\\d]"],
)  # fmt: skip
def test_patterns_that_are_none(pattern: str) -> None:
    with pytest.raises(PatternFault) as caught:
        compile_pattern(pattern)
    assert 0 <= caught.value.position <= len(pattern)


@given(st.text(max_size=30) | st.text("a()[]{}*+?|^$\\-0,:", max_size=20))
def test_any_pattern_is_one_or_a_fault(pattern: str) -> None:
    if _is_pattern(pattern):
        assert len(compile_pattern(pattern).states) <= MAX_STATES
        assert compile_pattern(pattern).search("aaa-0,:\n") in (True, False)


@pytest.mark.timeout(20)
def test_no_pattern_takes_long() -> None:
    assert not compile_pattern("(a+)+(a*)*(a|aa)+b$").search("a" * 50_000)


def suggestions(text: str, cursor: int | None = None) -> list[str]:
    known = {"service": ["cart", "check out"], "http.route": ["/item/{id}"]}
    values = lambda field, prefix: [value for value in known.get(field.name, []) if prefix in value]  # noqa: E731
    found = complete(text, len(text) if cursor is None else cursor, FIELDS, values, ["http.route", "my tag"])
    return [one.text for one in found]


def test_completion_knows_what_can_come_next() -> None:
    assert suggestions("")[:2] == ["service", "status"]
    assert suggestions("se") == ["service"]
    assert suggestions("ro") == ["errors", "http.route"]
    assert suggestions("tag") == ['"my tag"']
    assert suggestions("svc ") == ["=", "!=", "~", "!~", "in", "exists"]
    assert ">=" in suggestions("status ")
    assert suggestions("mtls ")[-2:] == ["and", "or"]
    assert suggestions("service = ") == ["cart", '"check out"']
    assert suggestions("service = 'check ") == ['"check out"']
    assert suggestions("service in (cart, ch") == ['"check out"']
    assert suggestions("http.route = ") == ["/item/{id}"]
    assert suggestions("outcome = 5") == ["5xx"]
    assert suggestions("service = cart ") == ["and", "or"]
    assert suggestions("service = cart and not (st") == ["status"]
    assert suggestions("mtls = t") == ["true"]


def test_completion_says_what_it_replaces() -> None:
    [found] = complete("not serv and mtls", 8, FIELDS, lambda _field, _prefix: ())
    assert (found.text, found.start, found.end, found.detail) == ("service", 4, 8, "who answers")


@given(st.lists(PIECES, max_size=15).map(" ".join) | st.text(max_size=40), st.integers(-5, 60))
def test_completion_never_fails(text: str, cursor: int) -> None:
    for found in complete(text, cursor, FIELDS, lambda _field, _prefix: ["a b", "c"], ["x.y", "z'"]):
        assert 0 <= found.start <= found.end <= len(text)


def test_a_name_has_one_meaning() -> None:
    with pytest.raises(ValueError, match="the name of two"):
        Fields([SERVICE, Field("Service", Kind.NUMBER)])
