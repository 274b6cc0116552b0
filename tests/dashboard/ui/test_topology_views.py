import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from dash.development.base_component import Component

from dashboard.ui.drawing import draw
from dashboard.ui.figures.look import Look
from dashboard.ui.graph_scope import restrict
from dashboard.ui.links import Links
from dashboard.ui.query import View
from dashboard.ui.scene import Scene, Seen
from dashboard.ui.state.topology import TopologyState
from dashboard.ui.views import first_proxy, topology_panel
from dashboard.ui.views.topology_shape import shape
from dashboard.ui.views.topology_summary import count, worst
from meshhub.errors import StorageError
from meshhub.model import Reporter, TimeRange
from meshhub.testing import graphs
from meshhub.testing.fake_reads import FakeReads
from topology.diff.model import Change, GraphDiff
from topology.model import Evidence, ServiceGraph, SignalCount

Text = Callable[[Any], str]
LINKS = Links("/ui/", "?window=1h")
SHOP_BOX = "namespace:shop@demo"
RATINGS = "demo:shop:reviews~demo:shop:ratings~http"


def scene(graph: ServiceGraph, shown: ServiceGraph | None = None, diff: GraphDiff | None = None) -> Scene:
    report = FakeReads().insights.health(graph)
    return Scene(Seen(graph.window, graph, report, diff), shown or graph, None)


def parts(component: Any) -> Iterator[Component]:
    if isinstance(component, (list, tuple)):
        for each in component:
            yield from parts(each)
    elif isinstance(component, Component):
        yield component
        yield from parts(getattr(component, "children", None))


def panel(graph: ServiceGraph, view: View, links: Links, diff: GraphDiff | None = None, sort: str = "") -> Component:
    state = TopologyState(view, sort=sort)
    return explained(scene(graph, diff=diff), state, FakeReads(lambda _window: graph), links)


def explained(shown: Scene, state: TopologyState, reads: FakeReads, links: Links) -> Component:
    return topology_panel.panel(shown, state, reads, links, lambda: reads.insights.analysis(shown.seen.graph))


def test_it_says_how_much_is_shown(shop: ServiceGraph, window: TimeRange) -> None:
    state = TopologyState(View())
    assert count(draw(shop), scene(shop), state) == "13 services · 16 edges · 15 min to 14:00:00 UTC"
    part = restrict(shop, ("data",))
    assert count(draw(part), scene(shop, part), state).startswith("5 of 13 services · 3 edges")
    large = graphs.mesh(window, 1000, 10_000)
    assert ("1,000 services, grouped in 90 boxes · 10,000 edges · the 400 failing or busiest of 3,0") in count(
        draw(large), scene(large), state
    )
    cut = replace(shop, truncated=True)
    assert count(draw(cut), scene(cut), state).endswith("cut off: narrow the window")
    found = replace(scene(shop), found=frozenset({RATINGS}))
    assert " · 1 found · " in count(draw(shop), found, state)


def test_the_worst_edges_come_first(shop: ServiceGraph) -> None:
    assert [edge.id for edge, _ in worst(shop, Look())][:2] == [
        RATINGS,
        "unknown-caller:visitors~demo:shop:gateway~http",
    ]


def test_without_a_selection_the_panel_says_what_is_not_well(shop: ServiceGraph, text: Text) -> None:
    said = text(panel(shop, View(), LINKS))
    assert "1 edge is failing and 8 are degraded, of 16." in said
    assert "reviews → ratings ■ failing 5xx 12.2 % ≥ 10 %, baseline 0 %; 5xx rose: 0 of 109,800 before" in said
    assert "Silent proxies" in said
    assert "legacy-stock" in said


def test_the_shape_of_the_mesh_is_told_in_words(shop: ServiceGraph, text: Text) -> None:
    said = text(shape(shop, FakeReads().insights.analysis(shop), LINKS))
    assert "Every way to 11 nodes leads through gateway" in said


def test_what_happened_to_a_service_is_marked_on_its_signals(shop: ServiceGraph) -> None:
    reads = FakeReads(lambda _window: shop)
    reads.happenings.firing = frozenset({"ratings"})
    made = explained(scene(shop), TopologyState(View(selected=RATINGS)), reads, LINKS)
    sparks = [json.loads(getattr(part, "data-spark")) for part in parts(made) if hasattr(part, "data-spark")]
    assert [mark[1:] for mark in sparks[0]["marks"]] == [["slo", "ErrorBudgetBurn began to fire"]]


def test_a_comparison_is_a_table_with_the_words_of_each_change(shop: ServiceGraph, text: Text, written: Text) -> None:
    diff = FakeReads().insights.diff(shop.window, shop.window)
    made = panel(shop, View(compare="1d"), LINKS, diff)
    said = text(made)
    assert "What changed 8 worse, 1 added, of 16 edges, against 1 d ago (2026-03-01 13:45 to 14:00 UTC)" in said
    assert "▼ worse reviews → ratings +12.2 pt" in said
    assert "0 of 109,800, then 13,396 of 109,800 (p < 0.001)" in said
    assert "sort=latency" in written(made)
    selected = text(panel(shop, View(compare="previous", selected=RATINGS), LINKS, diff))
    assert "Compared vs the 15 min before ▼ worse 0 % → 12.2 % failed" in selected


def test_a_comparison_is_sorted_as_asked(shop: ServiceGraph, text: Text) -> None:
    diff = FakeReads().insights.diff(shop.window, shop.window)
    first, *rest = diff.edges
    faster = replace(first.measures.latency["p95"], before=1.0, after=50.0)
    slow = replace(rest[-1], change=Change.WORSE, measures=replace(first.measures, latency={"p95": faster}))
    diff = replace(diff, edges=(first, *rest[:-1], slow))
    by_weight, by_latency = (
        text(panel(shop, View(compare="1d"), LINKS, diff, sort=sort)).split("Edges")[1] for sort in ("", "latency")
    )
    name = "reviews → ratings"
    assert by_weight.index(name) < by_weight.index("+4900 %")
    assert by_latency.index("+4900 %") < by_latency.index(name)


def test_an_edge_has_its_signals_over_time_and_where_to_look_further(
    shop: ServiceGraph, text: Text, written: Text
) -> None:
    made = panel(shop, View(selected=RATINGS), Links("/ui/", "?window=1h&select=x&labels=p95"))
    assert "Over the window Rate" in text(made)
    sparks = [part for part in parts(made) if hasattr(part, "data-spark")]
    assert len(sparks) == 4
    drawing = json.loads(getattr(sparks[0], "data-spark"))
    assert drawing["lines"].keys() == {"client", "server"}
    assert len(drawing["lines"]["client"]) == len(drawing["texts"]["client"]) == 45
    address = unquote_plus(written(made))
    assert '/ui/requests?window=1h&q=source = "reviews" and source_namespace = "shop" and destination' in address
    assert "labels=p95&q=" not in address, "other pages do not know this page's parameters"


def test_what_cannot_be_answered_leaves_the_rest_of_the_panel(shop: ServiceGraph, text: Text) -> None:
    reads = FakeReads(lambda _window: shop)
    state = TopologyState(View(selected="demo:shop:cart"))
    ready = scene(shop)
    reads.mood.failure = StorageError("could not run a query: timeout", retryable=True)
    said = text(explained(ready, state, reads, LINKS))
    assert "Called by 2" in said
    assert "If it fails" not in said


def test_a_mesh_without_faults_is_said_to_be_well(window: TimeRange, text: Text) -> None:
    graph = graphs.build(window, graphs.SHOP_PLACES[1:8], graphs.SHOP_CALLS[2:3])
    assert "Nothing is failing" in text(panel(graph, View(), LINKS))


def test_an_edge_is_explained_in_words_then_as_each_side_saw_it(shop: ServiceGraph, text: Text) -> None:
    said = text(panel(shop, View(selected=RATINGS), LINKS))
    assert "reviews calls ratings over HTTP, 122/s: half of them within 3.2 ms" in said
    assert "Failed 12.2 % 4.07 %" in said, "the two views are shown beside each other and not added"
    assert "UF No connection to the upstream host could be made" in said
    assert "All requests went over mutual TLS." in said
    assert "spiffe://demo.meshhub/ns/shop/sa/ratings" in said


def test_an_edge_shows_what_other_signals_say_of_it_and_what_is_open(shop: ServiceGraph, text: Text) -> None:
    said = SignalCount(Evidence.SPAN, Reporter.CLIENT, 549, 0.05, 0.125)
    pool = replace(graphs.EJECTING, active_connections=1, active_requests=12)
    edges = tuple(replace(edge, beside=(said,), pool=pool) if edge.id == RATINGS else edge for edge in shop.edges)
    shown = text(panel(replace(shop, edges=edges), View(selected=RATINGS), LINKS))
    assert "As other signals say" in shown
    assert "Of access logs" in shown
    assert all(part in shown for part in ("Spans", "by client", "549", "5 %", "12.5 %"))
    assert "1 connection open, 12 requests under way" in shown
    assert "As other signals say" not in text(panel(shop, View(selected=RATINGS), LINKS))


def test_a_side_that_did_not_report_is_not_measured(shop: ServiceGraph, text: Text) -> None:
    said = text(panel(shop, View(selected="demo:shop:catalog~demo:data:legacy-stock~http"), LINKS))
    assert "Rate 12/s not measured" in said
    assert "Only the client's proxy reported" in said
    assert "No request went over mutual TLS." in said


def test_an_edge_without_requests_is_idle(shop: ServiceGraph, text: Text) -> None:
    said = text(panel(shop, View(selected="demo:finance:pricing~demo:shop:ratings~http"), LINKS))
    assert "○ idle no requests in this window" in said
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
    assert "Namespace shop 7 services, " in text(panel(shop, View(selected=SHOP_BOX), LINKS))
    said = text(panel(shop, View(selected="namespace:shop@demo~namespace:finance@demo"), LINKS))
    assert "shop → finance 3 edges" in said


def test_what_is_not_there_any_more_is_said_to_be_gone(shop: ServiceGraph, text: Text) -> None:
    for gone in ("demo:shop:gone", "a~b~http", "~", "namespace:", "namespace:x~namespace:y", "<b>"):
        assert "had no traffic in this window" in text(panel(shop, View(selected=gone), LINKS))


def test_links_keep_the_window(shop: ServiceGraph, written: Text) -> None:
    assert "/ui/topology?window=1h&select=demo%3Ashop%3Areviews" in written(panel(shop, View(), LINKS))


def test_the_empty_page_has_the_configuration_for_this_hub(window: TimeRange, text: Text) -> None:
    said = text(first_proxy.nothing(graphs.empty(window), TopologyState(View()), "https://hub.example:8443/ui/", 14317))
    assert "Connect your first proxy" in said
    assert "address: hub.example port_value: 14317" in said


def test_nothing_in_a_scope_or_in_the_past_is_no_reason_to_connect_a_proxy(
    shop: ServiceGraph, window: TimeRange, text: Text
) -> None:
    assert "Nothing in this scope" in text(first_proxy.nothing(shop, TopologyState(View(namespaces=("gone",))), "", 1))
    assert "Only idle edges" in text(first_proxy.nothing(shop, TopologyState(View(idle=False)), "", 1))
    past = TopologyState(View(end="2026-03-01T14:00:00Z"))
    assert "in the 15 min to 2026-03-01 14:00:00.000 UTC" in text(
        first_proxy.nothing(graphs.empty(window), past, "", 1)
    )
