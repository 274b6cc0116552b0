import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from alerting.evaluation.board import Board
from alerting.evaluation.state import Evaluation
from alerting.specification.model import Party, Selector
from dashboard.reads.service_slos import BoardSlos
from dashboard.ui.burning import burning, node_of
from dashboard.ui.drawing import draw
from dashboard.ui.figures.elements import elements
from dashboard.ui.figures.look import Look
from meshhub.model import TimeRange
from meshhub.testing.fake_slos import BURNING, CALM, evaluation, state
from topology.model import ServiceGraph

CHECKOUT = "demo:shop:checkout"


def burns(selector: Selector, name: str = "one") -> Any:
    return state(replace(BURNING, name=name, selector=selector), 61_000, 1_000)


def test_an_slo_of_a_service_burns_on_its_node_and_of_an_edge_on_the_edge(shop: ServiceGraph) -> None:
    storefront, checkout = Party("storefront", "shop"), Party("checkout", "shop", "demo")
    edge = next(each for each in shop.edges if each.source == CHECKOUT)
    callee = next(node for node in shop.nodes if node.id == edge.destination)
    found = burning(
        [
            burns(Selector(destination=checkout), "node"),
            burns(Selector(checkout, Party(callee.service, callee.namespace)), "edge"),
            burns(Selector(source=storefront), "calls"),
            state(CALM, 20_000, 40),
        ],
        shop,
    )
    assert {name: [each.slo for each in marks] for name, marks in found.nodes.items()} == {
        CHECKOUT: ["node"], "demo:shop:storefront": ["calls"],
    }  # fmt: skip
    assert [each.slo for each in found.edges[edge.id]] == ["edge"]
    assert found.of(CHECKOUT)[0].words == "budget burns 16.4×"


def test_a_party_of_another_namespace_or_cluster_is_not_the_node(shop: ServiceGraph) -> None:
    for party in (Party("checkout", "other"), Party("checkout", "shop", "other"), Party("nobody")):
        assert burning([burns(Selector(destination=party))], shop).nodes == {}
        assert node_of(shop, party) == ""
    assert node_of(shop, Party("checkout")) == CHECKOUT
    assert node_of(shop, None) == ""


def test_the_fastest_burn_comes_first_and_tickets_do_not_page(shop: ServiceGraph) -> None:
    checkout = Selector(destination=Party("checkout", "shop"))
    slow = state(replace(BURNING, name="slow", selector=checkout, burn_rates=(BURNING.burn_rates[2],)), 61_000, 100)
    found = burning([slow, burns(checkout, "fast")], shop).of(CHECKOUT)
    assert [(each.slo, each.paging) for each in found] == [("fast", True), ("slow", False)]


def test_what_burns_is_drawn_by_class_and_by_word(shop: ServiceGraph) -> None:
    look = Look(burning=burning([burns(Selector(destination=Party("checkout", "shop")))], shop))
    drawn = {each["data"]["id"]: each for each in elements(draw(shop), look)}
    assert "burn" in drawn[CHECKOUT]["classes"].split()
    assert "⚑ burns 16.4×" in drawn[CHECKOUT]["data"]["label"]
    assert [name for name, each in drawn.items() if "burn" in each["classes"].split()] == [CHECKOUT]


def test_the_topology_draws_and_explains_what_burns(ui: Any, text: Callable[[Any], str]) -> None:
    drawn = json.loads(ui.call("topology-drawing.data", frame_location__search="")["topology-drawing"]["data"])
    assert [each["data"]["id"] for each in drawn if "burn" in each["classes"].split()] == [CHECKOUT]
    panel = ui.call("topology-panel.children", frame_location__search=f"?select={CHECKOUT}")
    assert "budget burns 16.4× checkout-availability" in text(panel["topology-panel"]["children"])
    then = ui.call("topology-drawing.data", frame_location__search="?end=2026-03-01T13:00:00Z")
    assert all("burn" not in each["classes"].split() for each in json.loads(then["topology-drawing"]["data"]))


def test_a_service_has_the_slos_that_are_about_it(shop: ServiceGraph, window: TimeRange) -> None:
    board = Board()
    nodes = {node.id: node for node in shop.nodes}
    assert BoardSlos(board).slos_of(nodes[CHECKOUT], window) == ()
    board.show(evaluation())
    found = BoardSlos(board).slos_of(nodes[CHECKOUT], window)
    assert [(each.name, each.firing) for each in found] == [("checkout-availability", True)]
    assert [each.name for each in BoardSlos(board).slos_of(nodes["demo:shop:storefront"], window)] == []
    calm = replace(evaluation().states["cart-latency"], slo=replace(CALM, name="a", selector=BURNING.selector))
    both = Evaluation(None, {"a": calm, "b": evaluation().states["checkout-availability"]})
    board.show(both)
    assert [each.firing for each in BoardSlos(board).slos_of(nodes[CHECKOUT], window)] == [True, False]
