"""Expressions over a graph, by what they find in the made-up shop."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshhub.expression import ExpressionFault
from meshhub.model import TimeRange
from meshhub.testing import graphs
from meshhub.testing.records import NOW
from topology.find import FIELDS, Matches, find
from topology.find.fields import OF_BOTH, OF_EDGES, OF_NODES
from topology.health import Judge
from topology.settings import HealthSettings

GRAPH = graphs.shop(TimeRange.last(timedelta(minutes=15), now=NOW))
HEALTH = Judge(HealthSettings()).judge(GRAPH, None)


def found(text: str) -> Matches:
    return find(GRAPH, HEALTH, text)


def nodes(text: str) -> set[str]:
    return {node.rsplit(":", 1)[-1] for node in found(text).nodes}


def edges(text: str) -> set[str]:
    made = set()
    for edge in found(text).edges:
        source, destination, _ = edge.split("~")
        made.add(f"{source.rsplit(':', 1)[-1]}>{destination.rsplit(':', 1)[-1]}")
    return made


def test_nothing_asked_finds_everything() -> None:
    assert found("") == Matches(frozenset(n.id for n in GRAPH.nodes), frozenset(e.id for e in GRAPH.edges))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ns=finance", {"payment", "pricing"}),
        ("ns=shop and (err > 5% or p99 > 500ms)", {"ratings"}),
        ("name ~ ^ca", {"catalog", "cart"}),
        ("kind in (gateway, external)", {"gateway", "bank.example"}),
        ("failing", {"ratings"}),
        ("health=not-measured", {"visitors"}),
        ("not measured", {"visitors"}),
        ("version=v2", {"reviews"}),
        ("indegree >= 2 and ns=data", {"sessions"}),
        ("callees > 2", {"gateway", "storefront"}),
        ("not reporting and ns exists", {"legacy-stock"}),
        ("kind=tcp or kind=gateway", {"sessions", "gateway"}),
        ("5xx >= 3% and 4xx = 0%", {"ratings", "checkout"}),
        ("protocol=grpc", {"pricing"}),
        ("rps > 400", {"gateway", "visitors"}),
    ],
)
def test_nodes_are_found(text: str, expected: set[str]) -> None:
    assert nodes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flag=UO", {"reviews>ratings"}),
        ("from=cart", {"cart>sessions", "cart>pricing"}),
        ("to=pricing and mtlsshare < 100%", {"cart>pricing"}),
        ("idle", {"pricing>ratings"}),
        ("tons=finance and not mtls", {"cart>pricing"}),
        ("outcome=no_response or outcome=grpc", {"cart>pricing"}),
        ("attempts > 1.1", {"reviews>ratings"}),
        ("retries > 0 and err < 5%", {"gateway>checkout", "checkout>payment"}),
        ("principal ~ sa/checkout and failing", set()),
        ("note=server-not-measured", {"catalog>legacy-stock", "payment>bank.example"}),
        ("p50 > 40ms and protocol=http and name=bank.example", {"payment>bank.example"}),
        ("name=ratings and failing", {"reviews>ratings"}),
        ("code=503 and rps > 300", {"gateway>storefront", "visitors>gateway"}),
    ],
)
def test_edges_are_found(text: str, expected: set[str]) -> None:
    assert edges(text) == expected


def test_a_field_of_edges_decides_nothing_about_nodes_even_negated() -> None:
    assert not nodes("not flag=UF")
    assert not nodes("flag exists or not from=cart")
    assert not edges("not kind=gateway")
    assert nodes("kind=gateway or flag=UO") == {"gateway"}
    assert edges("kind=gateway or flag=UO") == {"reviews>ratings"}


def test_without_a_report_states_are_missing() -> None:
    assert find(GRAPH, None, "failing or healthy") == Matches(frozenset(), frozenset())


def test_a_fault_says_where_and_what_was_probably_meant() -> None:
    with pytest.raises(ExpressionFault) as refused:
        found("ns=shop and eror > 5%")
    assert refused.value.position == 12
    assert "err" in refused.value.hint


FIELD_VALUES = st.sampled_from([field.name for field in FIELDS]).map(lambda name: f"{name} exists")


@settings(deadline=None)
@given(st.lists(FIELD_VALUES, min_size=1, max_size=5), st.booleans())
def test_every_field_is_known_of_nodes_and_edges(parts: list[str], negated: bool) -> None:
    text = " or ".join(parts)
    matched = found(f"not ({text})" if negated else text)
    assert matched.nodes <= {node.id for node in GRAPH.nodes}
    assert matched.edges <= {edge.id for edge in GRAPH.edges}


def test_every_field_is_somebodys_and_is_described() -> None:
    assert len({field.name for field in FIELDS}) == len(OF_BOTH) + len(OF_NODES) + len(OF_EDGES)
    assert all(field.description for field in FIELDS)
    for field in FIELDS:
        found(f"{field.name} exists")
