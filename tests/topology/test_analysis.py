"""What the shape of a graph says, on graphs that can be checked by hand."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshhub.model import TimeRange
from meshhub.testing import graphs
from meshhub.testing.graphs import Call, Place
from meshhub.testing.records import NOW
from topology.analysis.analyse import analyse, blast_of
from topology.analysis.model import GraphAnalysis
from topology.model import ServiceGraph, Transport

WINDOW = TimeRange.last(timedelta(minutes=15), now=NOW)
NAMES = "abcdefgh"


def graph(*calls: Call, alone: str = "") -> ServiceGraph:
    names = sorted({name for call in calls for name in (call.source, call.destination)} | set(alone))
    return graphs.build(WINDOW, [Place(name) for name in names], calls)


def short(ids: tuple[str, ...]) -> str:
    return "".join(each.rsplit(":", 1)[-1] for each in ids)


def name(node: str) -> str:
    return node.rsplit(":", 1)[-1]


def found(*calls: Call, alone: str = "") -> GraphAnalysis:
    return analyse(graph(*calls, alone=alone))


def blast(node: str, *calls: Call) -> dict[str, float]:
    return {name(each.node): each.share for each in blast_of(graph(*calls), f"demo:shop:{node}").affected}


def test_a_caller_is_affected_by_the_share_of_its_requests_that_call() -> None:
    assert blast("c", Call("a", "b", 100), Call("b", "c", 25)) == {"a": 0.25, "b": 0.25}


def test_several_calls_per_request_are_one_failure() -> None:
    assert blast("c", Call("a", "b", 100), Call("b", "c", 300)) == {"a": 1.0, "b": 1.0}


def test_ways_that_part_and_meet_are_counted_once_each() -> None:
    shares = blast(
        "d", Call("x", "a", 100), Call("a", "b", 50), Call("a", "c", 50), Call("b", "d", 50), Call("c", "d", 50)
    )
    assert shares["b"] == shares["c"] == 1.0
    assert shares["a"] == pytest.approx(0.75), "each way takes half, independently"


def test_an_entrys_own_calls_are_its_requests() -> None:
    assert blast("b", Call("a", "b", 30), Call("a", "c", 70)) == {"a": 0.3}


def test_circles_do_not_trap_the_estimate() -> None:
    shares = blast("d", Call("x", "a", 10), Call("a", "b", 10), Call("b", "a", 5), Call("b", "d", 10))
    assert shares["b"] == 1.0
    assert 0.6 < shares["a"] <= 1.0


def test_the_share_of_what_enters_and_the_entries_are_told() -> None:
    radius = blast_of(graph(Call("a", "c", 75), Call("b", "d", 25), Call("c", "e", 75)), "demo:shop:e")
    assert radius.share == 0.75
    assert [name(each.node) for each in radius.entries] == ["a"]
    assert radius.entries[0].per_second == 75
    assert radius.text == "If e fails, 2 others are affected, and 75 % of all requests that enter."


def test_nobody_depends_on_an_entry() -> None:
    radius = blast_of(graph(Call("a", "b", 1)), "demo:shop:a")
    assert (radius.affected, radius.text) == ((), "Nobody is known to depend on a.")


def test_an_unknown_node_is_an_error() -> None:
    with pytest.raises(LookupError):
        blast_of(graph(Call("a", "b", 1)), "demo:shop:z")


def test_entries_call_and_are_not_called() -> None:
    assert short(found(Call("a", "b", 1), Call("b", "c", 1), alone="z").entries) == "a"


def test_a_circle_that_nobody_calls_is_entered_once() -> None:
    assert short(found(Call("b", "c", 1), Call("c", "b", 1)).entries) == "b"


def test_circles_are_found_once_and_read_as_calls() -> None:
    (cycle,) = found(Call("x", "b", 1), Call("b", "c", 1), Call("c", "d", 1), Call("d", "b", 1)).cycles
    assert (short(cycle.nodes), cycle.text) == ("bcd", "b → c → d → b.")
    assert len(cycle.edges) == 3


def test_a_service_that_calls_itself_is_a_circle() -> None:
    (cycle,) = found(Call("a", "b", 1), Call("b", "b", 1)).cycles
    assert cycle.text == "b → b."


def test_connections_make_no_circle() -> None:
    assert not found(Call("a", "b", 1), Call("b", "a", 1, transport=Transport.TCP)).cycles


def test_idle_edges_are_no_calls() -> None:
    analysis = found(Call("a", "b", 1), Call("b", "a", 0))
    assert not analysis.cycles
    assert short(analysis.entries) == "a"


def test_what_all_ways_lead_through_is_a_single_point() -> None:
    points = found(
        Call("a", "b", 10), Call("b", "c", 5), Call("b", "d", 5), Call("c", "e", 5), Call("d", "e", 5)
    ).single_points
    assert [(name(point.node), short(point.behind)) for point in points] == [("b", "cde")]
    assert points[0].share == 1.0


def test_two_ways_in_leave_no_single_point() -> None:
    assert not found(Call("a", "c", 1), Call("b", "d", 1), Call("c", "e", 1), Call("d", "e", 1)).single_points


def test_the_longest_chain_is_found_and_connections_do_not_count() -> None:
    (chain,) = found(
        Call("a", "b", 1),
        Call("b", "c", 1),
        Call("c", "d", 1),
        Call("a", "d", 9),
        Call("d", "e", 1, transport=Transport.TCP),
    ).chains
    assert short(chain.nodes) == "abcd"
    assert chain.text.startswith("3 calls wait for each other: a → b → c → d")


def test_a_chain_passes_a_circle_once() -> None:
    (chain,) = found(
        Call("a", "b", 1), Call("b", "c", 1), Call("c", "b", 1), Call("c", "d", 1), Call("d", "e", 1)
    ).chains
    assert short(chain.nodes) == "abcde"


def test_fan_out_counts_callees_and_calls_per_request() -> None:
    (fan,) = found(Call("a", "b", 10), Call("b", "c", 10), Call("b", "d", 20)).fan_out
    assert (name(fan.node), fan.callees, fan.calls_per_request) == ("b", 2, 3.0)


def test_who_neither_calls_nor_is_called_is_an_orphan() -> None:
    assert [name(each.node) for each in found(Call("a", "b", 1), alone="z").orphans] == ["z"]


def test_an_empty_graph_has_no_findings() -> None:
    assert analyse(graphs.empty(WINDOW)) == GraphAnalysis((), (), (), (), (), (), (), ())


CALLS = st.lists(
    st.builds(Call, st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from((0.0, 0.5, 1.0, 20.0))),
    max_size=30,
    unique_by=lambda call: (call.source, call.destination),
)


@settings(max_examples=150, deadline=None)
@given(CALLS)
def test_any_graph_is_analysed_and_all_shares_are_shares(calls: list[Call]) -> None:
    made = graph(*calls)
    analysis = analyse(made)
    ids = {node.id for node in made.nodes}
    for radius in analysis.blast:
        assert all(0 < each.share <= 1 for each in radius.affected)
        assert radius.share is None or 0 <= radius.share <= 1 + 1e-9
    for nodes in [each.nodes for each in analysis.cycles] + [each.nodes for each in analysis.chains]:
        assert set(nodes) <= ids
        assert len(set(nodes)) == len(nodes), "no node twice"
    edges = {edge.id: edge for edge in made.edges}
    for chain in analysis.chains:
        assert [edges[each].source for each in chain.edges] == list(chain.nodes[:-1])
        assert [edges[each].destination for each in chain.edges] == list(chain.nodes[1:])
