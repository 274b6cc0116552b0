from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dashboard.ui.graph_scope import draw
from dashboard.ui.links import Links
from dashboard.ui.query import Groups, View
from dashboard.ui.views import first_proxy
from dashboard.ui.views.topology_panel import panel
from dashboard.ui.views.topology_summary import count, worst
from meshhub.model import TimeRange
from meshhub.testing import graphs
from topology.model import ServiceGraph

Text = Callable[[Any], str]
LINKS = Links("/ui/", "?window=1h")
RATINGS = "demo:shop:reviews~demo:shop:ratings~http"


def test_it_says_how_much_is_shown(shop: ServiceGraph, window: TimeRange) -> None:
    everything = draw(shop, within=(), idle=True, groups=Groups.AUTO, opened=())
    assert count(everything, shop, window) == "13 services · 16 edges · 15 min to 14:00:00 UTC"
    part = draw(shop, within=("data",), idle=True, groups=Groups.AUTO, opened=())
    assert count(part, shop, window).startswith("5 of 13 services · 3 edges")
    large = graphs.mesh(window, 1000, 10_000)
    crowded = draw(large, within=(), idle=True, groups=Groups.AUTO, opened=())
    assert "1,000 services in 90 namespaces · 10,000 edges · the 400 failing or busiest of 3,0" in count(
        crowded, large, window
    )
    assert count(everything, replace(shop, truncated=True), window).endswith("cut off: narrow the window")


def test_the_worst_edges_come_first(shop: ServiceGraph) -> None:
    assert [edge.id for edge, _ in worst(shop)][:2] == [RATINGS, "unknown-caller:visitors~demo:shop:gateway~http"]


def test_without_a_selection_the_panel_says_what_is_not_well(shop: ServiceGraph, text: Text) -> None:
    said = text(panel(shop, View(), LINKS))
    assert "1 edge is failing and 4 are degraded, of 16." in said
    assert "reviews → ratings ■ failing 12.2 % of requests failed (failing from 10 %)." in said
    assert "Silent proxies" in said
    assert "legacy-stock" in said


def test_a_mesh_without_faults_is_said_to_be_well(window: TimeRange, text: Text) -> None:
    graph = graphs.build(window, graphs.SHOP_PLACES[1:4], graphs.SHOP_CALLS[1:2])
    assert "Nothing is failing" in text(panel(graph, View(), LINKS))


def test_an_edge_is_explained_in_words_then_as_each_side_saw_it(shop: ServiceGraph, text: Text) -> None:
    said = text(panel(shop, View(selected=RATINGS), LINKS))
    assert "reviews calls ratings over HTTP, 122/s: half of them within 3.2 ms" in said
    assert "Failed 12.2 % 4.07 %" in said, "the two views are shown beside each other and not added"
    assert "UF No connection to the upstream host could be made" in said
    assert "All requests went over mutual TLS." in said
    assert "spiffe://demo.meshhub/ns/shop/sa/ratings" in said


def test_a_side_that_did_not_report_is_not_measured(shop: ServiceGraph, text: Text) -> None:
    said = text(panel(shop, View(selected="demo:shop:catalog~demo:data:legacy-stock~http"), LINKS))
    assert "Rate 12/s not measured" in said
    assert "Only the client's proxy reported" in said
    assert "No request went over mutual TLS." in said


def test_an_edge_without_requests_is_idle(shop: ServiceGraph, text: Text) -> None:
    said = text(panel(shop, View(selected="demo:finance:pricing~demo:shop:ratings~http"), LINKS))
    assert "○ idle No requests in this window." in said
    assert "but not in this window" in said


def test_a_service_shows_its_callers_and_callees(shop: ServiceGraph, text: Text) -> None:
    said = text(panel(shop, View(selected="demo:shop:cart"), LINKS))
    assert "Called by 2" in said
    assert "Calls 2" in said
    assert "Answers 111/s, 0 % failed" in said


def test_an_unknown_caller_shows_what_is_known_of_it(shop: ServiceGraph, text: Text) -> None:
    said = text(panel(shop, View(selected="unknown-caller:visitors"), LINKS))
    assert "Nothing said who this is. What is known of it: address 203.0.113.7 came in at gateway" in said


def test_a_service_whose_proxy_is_silent_says_so(shop: ServiceGraph, text: Text) -> None:
    said = text(panel(shop, View(selected="demo:data:legacy-stock"), LINKS))
    assert "Its own proxy sent no access logs" in said


def test_a_namespace_and_a_bundle_can_be_selected(shop: ServiceGraph, text: Text) -> None:
    assert "Namespace shop 7 services." in text(panel(shop, View(selected="namespace:shop"), LINKS))
    said = text(panel(shop, View(selected="namespace:shop~namespace:finance"), LINKS))
    assert "shop → finance 3 edges" in said


def test_what_is_not_there_any_more_is_said_to_be_gone(shop: ServiceGraph, text: Text) -> None:
    for gone in ("demo:shop:gone", "a~b~http", "~", "namespace:", "namespace:x~namespace:y", "<b>"):
        assert "had no traffic in this window" in text(panel(shop, View(selected=gone), LINKS))


def test_links_keep_the_window(shop: ServiceGraph, written: Text) -> None:
    assert "/ui/topology?window=1h&select=demo%3Ashop%3Areviews" in written(panel(shop, View(), LINKS))


def test_the_empty_page_has_the_configuration_for_this_hub(window: TimeRange, text: Text) -> None:
    said = text(first_proxy.nothing(graphs.empty(window), View(), "https://hub.example:8443/ui/", 14317))
    assert "Connect your first proxy" in said
    assert "address: hub.example port_value: 14317" in said


def test_nothing_in_a_scope_or_in_the_past_is_no_reason_to_connect_a_proxy(
    shop: ServiceGraph, window: TimeRange, text: Text
) -> None:
    assert "Nothing in this scope" in text(first_proxy.nothing(shop, View(namespaces=("gone",)), "", 1))
    assert "Only idle edges" in text(first_proxy.nothing(shop, View(idle=False), "", 1))
    past = View(end="2026-03-01T14:00:00Z")
    assert "in the 15 min to 2026-03-01 14:00:00.000 UTC" in text(
        first_proxy.nothing(graphs.empty(window), past, "", 1)
    )
