import pytest

from dashboard.ui import graph_scope
from dashboard.ui.graph_scope import MAX_BUNDLES, MAX_OPEN_NODES, Drawing, draw
from dashboard.ui.query import Groups
from meshhub.model import TimeRange
from meshhub.testing import graphs
from topology.model import ServiceGraph


def drawn(graph: ServiceGraph, **changes: object) -> Drawing:
    asked: dict[str, object] = {"within": (), "idle": True, "groups": Groups.AUTO, "opened": ()}
    return draw(graph, **(asked | changes))  # type: ignore[arg-type]


def test_a_small_graph_is_drawn_as_it_is(shop: ServiceGraph) -> None:
    drawing = drawn(shop)
    assert (drawing.nodes, drawing.edges) == (shop.nodes, shop.edges)
    assert (drawing.groups, drawing.bundles) == ((), ())


def test_a_scope_has_its_services_and_their_direct_neighbours(shop: ServiceGraph) -> None:
    drawing = drawn(shop, within=("finance",))
    assert {node.service for node in drawing.nodes} == {
        "payment", "pricing", "bank.example", "checkout", "cart", "catalog", "ratings",
    }  # fmt: skip
    assert all("finance" in edge.source + edge.destination for edge in drawing.edges)
    assert (drawing.services, drawing.total_services) == (7, 13)


def test_a_scope_without_traffic_still_has_its_services(shop: ServiceGraph) -> None:
    assert drawn(shop, within=("nowhere",)).nodes == ()


def test_idle_edges_can_be_left_out(shop: ServiceGraph) -> None:
    assert len(drawn(shop, idle=False).edges) == len(shop.edges) - 1


def test_namespaces_are_closed_past_the_limit(window: TimeRange) -> None:
    assert drawn(graphs.mesh(window, MAX_OPEN_NODES, 200)).groups == ()
    large = drawn(graphs.mesh(window, MAX_OPEN_NODES + 1, 200))
    assert large.nodes == ()
    assert len(large.groups) == len({group.namespace for group in large.groups}) == 13


def test_what_is_opened_is_the_other_way_round(shop: ServiceGraph) -> None:
    closed = drawn(shop, groups=Groups.CLOSED, opened=("shop",))
    assert {group.namespace for group in closed.groups} == {"finance", "data"}
    opened = drawn(shop, groups=Groups.OPEN, opened=("shop",))
    assert {group.namespace for group in opened.groups} == {"shop"}


def test_a_bundle_adds_up_what_can_be_added(shop: ServiceGraph) -> None:
    drawing = drawn(shop, groups=Groups.CLOSED)
    bundle = next(each for each in drawing.bundles if each.id == "namespace:shop~namespace:finance")
    members = [e for e in shop.edges if ":shop:" in e.source and ":finance:" in e.destination]
    assert bundle.edges == len(members) == 3
    assert bundle.traffic.requests == sum(edge.headline.rates.requests for edge in members)
    failed = sum(edge.headline.rates.requests * (edge.headline.errors.share or 0) for edge in members)
    assert bundle.traffic.error_share == pytest.approx(failed / bundle.traffic.requests)
    assert bundle.mtls_share == pytest.approx(0.995, abs=0.005)
    assert drawing.bundled_edges == len(shop.edges)


def test_calls_inside_a_closed_namespace_are_not_drawn(shop: ServiceGraph) -> None:
    drawing = drawn(shop, groups=Groups.CLOSED)
    assert all(bundle.source != bundle.destination for bundle in drawing.bundles)


def test_of_too_many_lines_the_failing_and_the_busiest_are_drawn(window: TimeRange) -> None:
    drawing = drawn(graphs.mesh(window, 1000, 10_000))
    assert len(drawing.bundles) == MAX_BUNDLES
    assert drawing.hidden_bundles > 1000
    assert list(drawing.bundles) == sorted(drawing.bundles, key=lambda bundle: bundle.id)


def test_nothing_adds_up_to_nothing_measured() -> None:
    traffic = graph_scope.add_up([])
    assert (traffic.requests, traffic.error_share) == (0, None)
