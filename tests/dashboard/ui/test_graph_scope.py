import pytest

from dashboard.ui import drawing as drawings
from dashboard.ui.drawing import MAX_BUNDLES, MAX_EDGES, MAX_OPEN_NODES, Drawing, draw
from dashboard.ui.graph_scope import clusters, focus, restrict, without, without_idle
from dashboard.ui.query import Groups
from meshhub.model import TimeRange
from meshhub.testing import graphs
from topology.model import ServiceGraph


def names(graph: ServiceGraph) -> set[str]:
    return {node.service or "unknown" for node in graph.nodes}


def drawn(graph: ServiceGraph, groups: Groups = Groups.AUTO, opened: tuple[str, ...] = ()) -> Drawing:
    return draw(graph, groups=groups, opened=opened)


def test_a_scope_has_its_services_and_their_direct_neighbours(shop: ServiceGraph) -> None:
    part = restrict(shop, ("finance",))
    assert names(part) == {"payment", "pricing", "bank.example", "checkout", "cart", "catalog", "ratings"}
    assert all("finance" in edge.source + edge.destination for edge in part.edges)


def test_a_scope_may_be_of_clusters(shop: ServiceGraph) -> None:
    assert clusters(shop) == ("demo",)
    assert restrict(shop, (), of=("demo",)) == shop
    assert restrict(shop, ("shop",), of=("west",)).nodes == ()


def test_a_scope_without_traffic_has_nothing(shop: ServiceGraph) -> None:
    assert restrict(shop, ("nowhere",)).nodes == ()


def test_idle_edges_can_be_left_out(shop: ServiceGraph) -> None:
    assert len(without_idle(shop).edges) == len(shop.edges) - 1


def test_a_focus_is_what_calls_it_and_what_it_calls_over_so_many_hops(shop: ServiceGraph) -> None:
    near = focus(shop, "demo:shop:catalog", 1)
    assert names(near) == {"catalog", "storefront", "pricing", "legacy-stock"}
    further = focus(shop, "demo:shop:catalog", 2)
    assert names(further) == names(near) | {"gateway", "ratings"}, "not the neighbours' other neighbours"
    assert {edge.id for edge in near.edges} < {edge.id for edge in further.edges}


def test_a_focus_on_what_is_not_there_is_no_focus(shop: ServiceGraph) -> None:
    assert focus(shop, "gone", 1) is shop


def test_what_is_hidden_takes_its_edges_along(shop: ServiceGraph) -> None:
    part = without(shop, frozenset({"demo:shop:cart"}))
    assert len(part.nodes) == len(shop.nodes) - 1
    assert not [edge for edge in part.edges if "demo:shop:cart" in (edge.source, edge.destination)]
    one = without(shop, frozenset({shop.edges[0].id}))
    assert (len(one.nodes), len(one.edges)) == (len(shop.nodes), len(shop.edges) - 1)
    assert without(shop, frozenset()) is shop


def test_a_small_graph_is_drawn_as_it_is(shop: ServiceGraph) -> None:
    drawing = drawn(shop)
    assert (drawing.nodes, drawing.edges) == (shop.nodes, shop.edges)
    assert (drawing.groups, drawing.bundles) == ((), ())
    assert (drawing.services, drawing.all_edges, drawing.hidden_lines) == (13, 16, 0)


def test_boxes_are_closed_past_the_limit(window: TimeRange) -> None:
    assert drawn(graphs.mesh(window, MAX_OPEN_NODES, 200)).groups == ()
    large = drawn(graphs.mesh(window, MAX_OPEN_NODES + 1, 200))
    assert large.nodes == ()
    assert len(large.groups) == len({group.label for group in large.groups}) == 13


def test_what_is_opened_is_the_other_way_round(shop: ServiceGraph) -> None:
    closed = drawn(shop, Groups.CLOSED, ("namespace:shop@demo",))
    assert {group.label for group in closed.groups} == {"finance", "data"}
    opened = drawn(shop, Groups.OPEN, ("namespace:shop@demo",))
    assert {group.label for group in opened.groups} == {"shop"}


def test_a_bundle_adds_up_what_can_be_added(shop: ServiceGraph) -> None:
    drawing = drawn(shop, Groups.CLOSED)
    bundle = next(each for each in drawing.bundles if each.id == "namespace:shop@demo~namespace:finance@demo")
    members = [e for e in shop.edges if ":shop:" in e.source and ":finance:" in e.destination]
    assert list(bundle.edges) == members
    assert len(members) == 3
    assert bundle.traffic.requests == sum(edge.headline.rates.requests for edge in members)
    failed = sum(edge.headline.rates.requests * (edge.headline.errors.share or 0) for edge in members)
    assert bundle.traffic.error_share == pytest.approx(failed / bundle.traffic.requests)
    assert bundle.mtls_share == pytest.approx(0.995, abs=0.005)
    assert drawing.all_edges == len(shop.edges)


def test_calls_inside_a_closed_box_are_not_drawn(shop: ServiceGraph) -> None:
    assert all(bundle.source != bundle.destination for bundle in drawn(shop, Groups.CLOSED).bundles)


def test_of_too_many_lines_the_failing_and_the_busiest_are_drawn(window: TimeRange) -> None:
    large = graphs.mesh(window, 1000, 10_000)
    drawing = drawn(large)
    assert drawing.lines == len(drawing.bundles) == MAX_BUNDLES
    assert drawing.hidden_lines > 1000
    assert list(drawing.bundles) == sorted(drawing.bundles, key=lambda bundle: bundle.id)
    quiet = min(large.edges, key=lambda edge: (edge.headline.errors.share or 0, edge.headline.rates.requests)).id
    opened = draw(large, groups=Groups.OPEN, always=(quiet,))
    assert (len(opened.edges), opened.hidden_lines) == (MAX_EDGES, 10_000 - MAX_EDGES)
    assert quiet in {edge.id for edge in opened.edges}, "what was asked for by name is drawn"


def test_nothing_adds_up_to_nothing_measured() -> None:
    traffic = drawings.add_up([])
    assert (traffic.requests, traffic.error_share) == (0, None)
