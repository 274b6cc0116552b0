"""TraceQL as Grafana and Kiali write it, and what is more than is answered."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traces.compat.model import ANY, DURATION, KIND, NAME, RESOURCE, SPAN, STATUS, Condition, QueryFault
from traces.tempo.queries import read_search
from traces.tempo.traceql import Alternatives, TraceQl, read_traceql
from traces.tempo.words import TraceQlFault

CART = Condition(RESOURCE, "service.name", "=", "cart")
FAILED = Condition(SPAN, STATUS, "=", "error")
SLOW = Condition(SPAN, DURATION, ">", "1s", 1e9)


def any_of(*conditions: Sequence[Condition]) -> Alternatives:
    return tuple(tuple(each) for each in conditions)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ()),
        ("{}", ()),
        ("{ true }", ()),
        ('{resource.service.name="cart"}', any_of([CART])),
        ('{ resource.service.name = "cart" && status=error && duration>1s }', any_of([CART, FAILED, SLOW])),
        ("{resource.service.name=`cart` || status=error}", any_of([CART], [FAILED])),
        ('{resource.service.name="cart" && (status=error || duration>1s)}', any_of([CART, FAILED], [CART, SLOW])),
        ('{resource.service.name="cart"} || {status=error}', any_of([CART], [FAILED])),
        ("({status = error} || {duration > 1s}) && {}", any_of([FAILED], [SLOW])),
        ("{span:status = error}", any_of([FAILED])),
        ("{kind = server}", any_of([Condition(SPAN, KIND, "=", "server")])),
        ('{name =~ "GET .*"}', any_of([Condition(SPAN, NAME, "=~", "^(?:GET .*)$")])),
        ('{.a != "b\\"c"}', any_of([Condition(ANY, "a", "!=", 'b"c')])),
        ("{span.http.status_code >= 500}", any_of([Condition(SPAN, "http.status_code", ">=", "500", 500.0)])),
        (
            "{span.http.status_code = 503}",
            any_of(
                [
                    Condition(SPAN, "http.status_code", ">=", number=503.0),
                    Condition(SPAN, "http.status_code", "<=", number=503.0),
                ]
            ),
        ),
        ("{.delta < -1.5}", any_of([Condition(ANY, "delta", "<", "-1.5", -1.5)])),
        ('{span."a b" = true}', any_of([Condition(SPAN, "a b", "=", "true")])),
        ("{.guid:x-request-id != nil}", any_of([Condition(ANY, "guid:x-request-id", "exists")])),
        ("{duration > 1m30s}", any_of([Condition(SPAN, DURATION, ">", "1m30s", 90e9)])),
    ],
)
def test_what_is_read(query: str, expected: Alternatives) -> None:
    assert read_traceql(query).any_of == expected


def test_kiali_writes_two_spansets_and_selects() -> None:
    query = (
        '{ .service.name = "cart.shop"  && .istio.cluster_id = "lab"   } && {  }| select(status, .service_name, '
        ".node_id, .component, .upstream_cluster, .http.method, .response_flags, resource.hostname)"
    )
    found: TraceQl = read_traceql(query)
    assert found.any_of == any_of(
        [Condition(ANY, "service.name", "=", "cart.shop"), Condition(ANY, "istio.cluster_id", "=", "lab")]
    )
    assert [field.name for field in found.fields] == [
        "service.name", "istio.cluster_id", "status", "service_name", "node_id", "component", "upstream_cluster",
        "http.method", "response_flags", "hostname",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "position", "reason"),
    [
        ("{status=error", 13, "unexpected 'the end': expected }"),
        ("{status=bad}", 8, "unexpected 'bad': expected one of error, ok, unset"),
        ('{status=error} && {name="x"}', 15, "&& between spansets is not supported: write it within one {}"),
        ("{status=error} >> {}", 15, "unexpected '>>': only | select(...) may follow"),
        ("{status=error} | count() > 2", 17, "| count is not supported: only | select(...) is"),
        (
            "{rootName = `x`}",
            1,
            "'rootName' is not supported: use resource.x, span.x, .x, name, kind, status or duration",
        ),
        ('{.a =~ "("}', 8, "this bracket is not closed"),
        ("{.a = nil}", 6, "nil is supported with != only"),
        ('{.a > "x"}', 4, "> takes a number or a duration"),
        ("{.a > 5s}", 6, "a duration is supported for the field duration only"),
        ("{.a = 1 § }", 8, "unexpected '§'"),
        ("(" * 40, 31, "brackets are nested deeper than 30"),
    ],
)
def test_a_fault_says_where_it_is(query: str, position: int, reason: str) -> None:
    with pytest.raises(TraceQlFault) as raised:
        read_traceql(query)
    assert raised.value.position == position
    assert str(raised.value).startswith(f"invalid TraceQL query: parse error at line 1, col {position + 1}: ")
    assert reason in str(raised.value)


def test_conditions_do_not_grow_without_bound() -> None:
    pair = '(.a = "1" || .b = "2")'
    with pytest.raises(TraceQlFault, match="more than 50 conditions"):
        read_traceql("{" + " && ".join([pair] * 20) + "}")


def test_tags_of_older_clients_are_logfmt() -> None:
    query, _ = read_search([("tags", 'service.name="my cart" error=true'), ("limit", "7")], now_ns=10**18)
    assert query.any_of == any_of(
        [Condition(ANY, "service.name", "=", "my cart"), Condition(ANY, "error", "=", "true")]
    )
    assert (query.limit, query.end_ns - query.start_ns) == (7, 3600 * 10**9)
    with pytest.raises(QueryFault, match="invalid tags"):
        read_search([("tags", "nonsense")], now_ns=10**18)


WORDS = st.lists(
    st.sampled_from(
        ["{", "}", "(", ")", "&&", "||", "|", "select", ",", "=", "!=", ">", "=~", '"x"', '"("', "5", "1s", "status",
         "error", "nil", "true", ".a", "span.b", "resource.service.name", "duration", "`", "\\", "-"]
    ),
    max_size=14,
).map(" ".join)  # fmt: skip


@given(query=st.text(max_size=40) | WORDS)
@settings(max_examples=400, deadline=None)
def test_every_text_is_a_query_or_a_fault_with_its_place(query: str) -> None:
    position, keys = 0, ["x"]
    try:
        keys = [condition.key for conditions in read_traceql(query).any_of for condition in conditions]
    except TraceQlFault as fault:
        position = fault.position
    assert 0 <= position <= len(query) + 1
    assert all(keys)
