"""Filters as SQL on the real engine: they mean what the language says, and nothing in them is ever SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshhub.expression import (
    And,
    Comparison,
    Exists,
    Expression,
    Field,
    Kind,
    Not,
    Operator,
    Or,
    matches,
    parse,
)
from meshhub.outcome import classify
from meshhub.testing.engine import run, shared_store
from storage.client import Store
from storage.filters import ACCESS_LOG_FIELDS, ACCESS_LOGS, REQUEST_FIELDS, SPANS, compile_condition, compile_text
from storage.filters.condition import Condition, Order, Pieces, place

TENANT = "filters-under-test"
TRACE = "00000000000000000102030405060708"
NASTY = 'it\'s "x" \\ {a:String} ${where} -- ;\t\n\x00 <b> é 🙂'

LOGS: list[dict[str, Any]] = [
    {"request_id": "r-1", "response_code": 200, "duration_us": 1_500_000, "destination_service": "cart",
     "method": "GET",
     "path": "/a?x=1", "attributes": {"tries": "3", "tag": "plain", "huge": "9007199254740993"}, "security": "mtls"},
    {"request_id": "r-2", "response_code": 503, "duration_us": 999, "response_flags": "UF,URX", "path": NASTY,
     "destination_service": "check out", "security": "plaintext",
     "attributes": {"tries": "1e1", "tag": NASTY, "inf": "inf"}},
    {"request_id": "r-3", "transport": "tcp", "response_flags": "NR", "attributes": {"tries": "nan", NASTY: "odd key"}},
    {"request_id": "r-4", "response_code": 200, "grpc_status": 13, "transport": "grpc", "method": "POST",
     "attributes": {"tries": " 4", "tag": "'"}, "trace_id": TRACE, "bytes_sent": 4096},
    {"request_id": NASTY, "response_code": 404, "response_flags": "-", "attributes": {"tries": "+5.50"}},
]  # fmt: skip
DEFAULTS: dict[str, Any] = {
    "response_code": 0, "grpc_status": -1, "duration_us": 0, "transport": "http", "response_flags": "", "path": "",
    "destination_service": "", "method": "", "security": "unknown", "trace_id": "0" * 32, "bytes_sent": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Id:
    request_id: str


def lookup(row: dict[str, Any]) -> Callable[[str], Any]:
    """The row as the language sees it."""
    row = DEFAULTS | row
    flags = [] if row["response_flags"] == "-" else [flag for flag in row["response_flags"].split(",") if flag]
    outcome = classify(row["response_code"], row["grpc_status"], row["response_flags"], tcp=row["transport"] == "tcp")
    known: dict[str, Any] = {
        "request_id": row["request_id"], "status": row["response_code"] or None, "duration": row["duration_us"],
        "grpc": None if row["grpc_status"] == -1 else row["grpc_status"], "flag": flags, "path": row["path"],
        "destination": row["destination_service"], "method": row["method"], "security": row["security"],
        "transport": row["transport"], "mtls": None if row["security"] == "unknown" else row["security"] == "mtls",
        "trace_id": None if row["trace_id"] == "0" * 32 else row["trace_id"], "sent": row["bytes_sent"],
        "outcome": str(outcome), "error": outcome.failed,
    }  # fmt: skip
    return lambda name: known[name] if name in known else row["attributes"].get(name)


@pytest.fixture(scope="module")
def filled() -> Store:
    store = shared_store()
    types = {"response_code": "UInt16", "grpc_status": "Int8", "duration_us": "UInt64", "bytes_sent": "UInt64"}
    for row in LOGS:
        whole = {name: value for name, value in (DEFAULTS | row).items() if name != "attributes"}
        values = [
            "toFixedString(unhex({trace_id:String}), 16)"
            if name == "trace_id"
            else f"{{{name}:{types.get(name, 'String')}}}"
            for name in whole
        ]
        run(
            store,
            f"INSERT INTO access_logs (time, tenant, log_type, attributes, {', '.join(whole)}) "
            "SELECT now64(9, 'UTC'), {tenant:String}, 'DownstreamEnd', "
            "CAST(mapFromArrays({keys:Array(String)}, {values:Array(String)}), 'Map(LowCardinality(String), String)'), "
            + ", ".join(values),
            **whole,
            tenant=TENANT,
            keys=list(row["attributes"]),
            values=list(row["attributes"].values()),
        )
    return store


def found(store: Store, expression: Expression) -> set[str]:
    """The request ids of the rows that the engine finds."""
    condition = compile_condition(expression, ACCESS_LOGS)
    pieces = {"where": condition}
    rows = store.query_filtered("../../tests_query", {"tenant": TENANT}, Id, pieces)
    return {row.request_id for row in rows}


@pytest.fixture(autouse=True)
def _query(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "SELECT request_id FROM access_logs WHERE tenant = {tenant:String} AND ${where}"
    monkeypatch.setattr("storage.client.query_text", lambda _name: text)


def expected(expression: Expression) -> set[str]:
    return {row["request_id"] for row in LOGS if matches(expression, lookup(row))}


@pytest.mark.parametrize(
    "text",
    [
        "", "status = 200", "status != 200", "status >= 500 or status < 300", "not status exists", "grpc = 13",
        "flag = UF", "flag != UF", "flag ~ ^U", "flag !~ ^U", "flag in (NR, URX)", "flag exists", "not flag exists",
        "duration >= 1.5s", "duration < 1ms and duration > 0ns", "mtls", "not mtls", "mtls = false",
        "outcome = no_response",
        "outcome in (ok, grpc)", "error", "not error", "destination = 'check out'", "destination ~ '(?i)CART'",
        "destination != cart", "transport = tcp", f"trace_id = {TRACE}", "trace_id = 0102030405060708",
        "trace_id = 102030405060708", "trace_id != x", "trace_id exists", "trace_id ~ 0708$", "trace_id = 'no hex'",
        "'tries' > 3", "'tries' = 3", "'tries' = '3'", "'tries' in (10, 5.5)", "'tries' >= -1", "'tag' exists",
        "'huge' = 9007199254740993", "'huge' > 5", "'inf' > 5", "'tag' != plain", "'tag' ~ '^p.*n$'", "sent = 4KiB",
        "'tag' = '\\''", "no.such exists", "not (no.such = a)", "method = GET and (status = 200 or error)",
        "resource.k8s.pod.name exists", "status in (200, 404)", "path ~ 'é'", "path ~ '.x=1$'",
    ],
)  # fmt: skip
def test_the_engine_finds_what_the_language_says(filled: Store, text: str) -> None:
    expression = parse(text, ACCESS_LOG_FIELDS)
    reference = expression
    if "102030405060708" in text:
        reference = parse(f"trace_id = {TRACE}", ACCESS_LOG_FIELDS)
    if text == "trace_id != x":
        reference = parse("trace_id exists", ACCESS_LOG_FIELDS)
    assert found(filled, expression) == expected(reference)


INJECTIONS = (
    "' OR 1 --", "') OR (1", '" OR 1=1', "\\", "\\'", "{where_0:String}", "{tenant:String}", "${where}", "%s", "a\x00b",
    "\t", "\n", "'; DROP TABLE access_logs; --", "1) UNION ALL SELECT 1 --", "é🙂\u2028", NASTY, "x" * 3000, "-", "NaN",
)  # fmt: skip
TEXTS = st.sampled_from(INJECTIONS) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
KEYS = st.sampled_from(["tries", "tag", "huge", "inf", NASTY]) | TEXTS
FREE = KEYS.map(lambda key: Field(key, Kind.ANY)).filter(lambda field: not field.name.startswith("resource."))


def named(name: str) -> st.SearchStrategy[Field]:
    field = ACCESS_LOG_FIELDS.find(name)
    assert field is not None
    return st.just(field)


def comparison(
    fields: st.SearchStrategy[Field], operators: str, values: st.SearchStrategy[Any]
) -> st.SearchStrategy[Expression]:
    chosen = st.sampled_from([Operator(one) for one in operators.split()])
    listed = st.builds(
        lambda field, some: Comparison(field, Operator.IN, tuple(some)),
        fields,
        st.lists(values, min_size=1, max_size=3),
    )
    return st.builds(Comparison, fields, chosen, values) | listed


ORDER = "= != > >= < <="
NUMBERS = st.sampled_from([0.0, 1.0, 3.0, 5.5, 10.0, 200.0, 503.0, -4.0, 1e15, 0.1])
PATTERNS = st.sampled_from(["^U", "[a-c]+", "x|y", ".", "(?i)CART$", "^$", r"\d", "'", "--", r"\{a:", "a{1,3}b*"])
LEAVES = (
    comparison(named("path") | named("destination") | named("request_id") | named("flag"), "= !=", TEXTS)
    | comparison(FREE, "= !=", TEXTS | NUMBERS)
    | comparison(FREE | named("status") | named("grpc"), ORDER, NUMBERS)
    | comparison(named("duration") | named("sent"), ORDER, st.sampled_from([0.0, 999.0, 1_500_000.0, 4096.0, 1e18]))
    | comparison(named("outcome"), "= !=", st.sampled_from(["ok", "5xx", "4xx", "grpc", "no_response", "reset"]))
    | comparison(named("mtls") | named("error"), "= !=", st.booleans())
    | st.builds(
        Comparison,
        named("path") | named("flag") | named("destination") | FREE,
        st.sampled_from([Operator.MATCHES, Operator.NOT_MATCHES]),
        PATTERNS,
    )
    | st.builds(Exists, FREE | named("status") | named("trace_id") | named("flag"))
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts)))
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(expression=EXPRESSIONS)
def test_any_expression_finds_the_rows_that_it_holds_for(filled: Store, expression: Expression) -> None:
    assert found(filled, expression) == expected(expression)


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_value_is_part_of_the_statement(text: str) -> None:
    attribute = Field(text, Kind.ANY)
    condition = compile_condition(Comparison(attribute, Operator.EQUAL, text), ACCESS_LOGS)
    assert condition.parameters == {"where_0": text, "where_1": text}
    assert "where_0:String" in condition.text
    assert len(condition.text) < 200


def test_a_field_that_a_table_has_not_is_missing() -> None:
    assert compile_condition(parse("operation = x", REQUEST_FIELDS), ACCESS_LOGS).text == "0"
    assert compile_condition(parse("not route exists", REQUEST_FIELDS), SPANS).text == "(NOT 0)"
    route = REQUEST_FIELDS.find("route")
    assert route is not None
    assert compile_text(route, SPANS, "value").text == "''"


def test_only_pieces_go_into_a_query() -> None:
    with pytest.raises(TypeError, match="could not place str"):
        place("SELECT ${where}", {}, {"where": "1 = 1"})  # type: ignore[dict-item]
    with pytest.raises(KeyError, match="places"):
        place("SELECT ${where}", {}, {})
    with pytest.raises(ValueError, match="twice"):
        place("SELECT ${where}", {"a": 1}, {"where": Condition("1", {"a": 2})})
    assert place("SELECT 1 ${o}", {"a": 1}, {"o": Order("x")}) == ("SELECT 1 x", {"a": 1})


@pytest.mark.parametrize("fields", [SPANS, ACCESS_LOGS])
def test_every_field_of_a_table_can_be_asked_for(fields: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store = shared_store()
    for field in fields.fields:
        text = f"SELECT toString(${{value}}) AS request_id FROM {fields.table} WHERE ${{where}} OR ${{has}}"  # noqa: S608
        monkeypatch.setattr("storage.client.query_text", lambda _name, text=text: text)
        values: dict[Kind, Any] = {Kind.BOOLEAN: True, Kind.NUMBER: 1.0, Kind.DURATION: 1.0, Kind.BYTES: 1.0}
        value = values.get(field.kind, field.members[0] if field.members else "abc")
        pieces: Pieces = {
            "value": compile_text(field, fields, "value"),
            "where": compile_condition(Comparison(field, Operator.EQUAL, value), fields),
            "has": compile_condition(Exists(field), fields, "has"),
        }
        store.query_filtered("any", {}, Id, pieces)
