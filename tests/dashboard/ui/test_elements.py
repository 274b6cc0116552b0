from dataclasses import replace
from typing import Any

import pytest

from dashboard.ui.drawing import draw
from dashboard.ui.figures.elements import LOCK, OPEN_LOCK, elements, security_mark, width
from dashboard.ui.figures.look import Look
from dashboard.ui.figures.stylesheet import stylesheet
from dashboard.ui.query import DEFAULT_LABELS, EdgeLabel, Groups
from dashboard.ui.state.topology import Boxes
from dashboard.ui.theme import Scheme
from meshhub.model import TimeRange
from meshhub.testing import graphs
from meshhub.testing.fake_reads import FakeReads
from meshhub.testing.graphs import Call, Place
from topology.health.model import Health, HealthReport, Verdict
from topology.model import Note, ServiceGraph

RATINGS = "demo:shop:reviews~demo:shop:ratings~http"


def drawn(
    graph: ServiceGraph,
    labels: tuple[EdgeLabel, ...] = DEFAULT_LABELS,
    groups: Groups = Groups.OPEN,
    boxes: Boxes = Boxes.NAMESPACE,
    look: Look | None = None,
) -> dict[str, Any]:
    made = elements(draw(graph, groups=groups, kind=boxes), look or Look(labels))
    return {element["data"]["id"]: element for element in made}


def test_nodes_say_their_name_and_health_by_shape_and_number(shop: ServiceGraph) -> None:
    made = drawn(shop)
    assert made["demo:shop:ratings"]["data"]["label"] == "ratings\n■ 12.2 % errors"
    assert made["demo:shop:cart"]["data"]["label"] == "cart\n● 111/s"
    assert made["unknown-caller:visitors"]["data"]["label"] == "unknown\n◌ 412/s"


def test_classes_have_kind_and_health(shop: ServiceGraph) -> None:
    made = drawn(shop)
    assert made["demo:shop:gateway"]["classes"] == "node gateway degraded"
    assert made["demo:data:sessions"]["classes"] == "node tcp healthy"
    assert made["demo:data:legacy-stock"]["classes"] == "node service healthy silent"
    assert made["external:bank.example"]["classes"] == "node external degraded"
    assert made[RATINGS]["classes"] == "edge failing http"


def test_services_are_in_the_box_of_their_namespace(shop: ServiceGraph) -> None:
    made = drawn(shop)
    assert made["demo:shop:ratings"]["data"]["parent"] == "namespace:shop@demo"
    assert made["namespace:shop@demo"]["classes"] == "box"
    assert "parent" not in made["external:bank.example"]["data"]


def test_an_edge_says_what_was_chosen_and_always_what_is_wrong(shop: ServiceGraph) -> None:
    assert drawn(shop, ())[RATINGS]["data"]["label"] == "■ 12.2 % errors\ncircuit open"
    assert drawn(shop, (EdgeLabel.RATE, EdgeLabel.P95))[RATINGS]["data"]["label"] == (
        "122/s p95 10.2 ms\n■ 12.2 % errors\ncircuit open"
    )
    quiet = "demo:shop:checkout~demo:shop:cart~http"
    assert drawn(shop, (EdgeLabel.ERRORS,))[quiet]["data"]["label"] == "0 % errors"


def test_an_idle_edge_says_so(shop: ServiceGraph) -> None:
    idle = drawn(shop)["demo:finance:pricing~demo:shop:ratings~http"]
    assert (idle["data"]["label"], idle["classes"]) == ("○ idle", "edge idle http")


@pytest.mark.parametrize(("share", "mark"), [(None, ""), (0.0, OPEN_LOCK), (1.0, LOCK), (0.97, f"{LOCK} 97 %")])
def test_the_lock_says_how_much_is_mutual_tls(share: float | None, mark: str) -> None:
    assert security_mark(share) == mark


def test_edges_grow_with_the_order_of_magnitude_of_their_rate() -> None:
    assert width(0) == 1 < width(1) < width(100) < width(10_000) == width(1e9) == 7


def test_a_closed_namespace_says_how_many_of_its_services_are_not_well(shop: ServiceGraph) -> None:
    made = drawn(shop, groups=Groups.CLOSED)
    assert made["namespace:shop@demo"]["data"]["label"] == "shop\n7 services\n■ 6 not well"
    assert made["namespace:shop@demo"]["classes"] == "group failing"
    assert made["namespace:data@demo"]["data"]["label"] == "data\n2 services\n● healthy"


def test_long_names_are_cut_and_html_stays_text(window: TimeRange) -> None:
    name = "<img src=x onerror=alert(1)>" + "x" * 300
    graph = graphs.build(window, [Place(name), Place("b")], [Call(name, "b", 1)])
    label = drawn(graph)[f"demo:shop:{name}"]["data"]["label"]
    assert label.startswith("<img src=x onerror=al…\n")


def test_every_end_of_an_edge_is_drawn(window: TimeRange) -> None:
    for groups in Groups:
        made = drawn(graphs.mesh(window, 200, 600), groups=groups)
        ends = {made[key]["data"][end] for key in made if "source" in made[key]["data"] for end in ("source", "target")}
        assert ends <= set(made)


def test_both_schemes_style_the_same_things() -> None:
    light, dark = (stylesheet(scheme) for scheme in Scheme)
    assert [rule["selector"] for rule in light] == [rule["selector"] for rule in dark]
    assert [sorted(rule["style"]) for rule in light] == [sorted(rule["style"]) for rule in dark]
    assert light != dark


def test_the_hover_text_says_why(shop: ServiceGraph) -> None:
    assert "5xx 12.2 % ≥ 10 %" in drawn(shop)[RATINGS]["data"]["why"]
    assert drawn(shop)["demo:shop:ratings"]["data"]["why"].startswith("ratings\n")


def test_verdicts_of_the_report_win_over_our_own(shop: ServiceGraph) -> None:
    verdict = Verdict(Health.DEGRADED, (Note("latency", "p99 900 ms ≥ 500 ms"),))
    made = drawn(shop, look=Look(report=HealthReport(shop.window, None, {RATINGS: verdict}, {})))
    assert made[RATINGS]["classes"] == "edge degraded http"
    assert made[RATINGS]["data"]["why"].startswith("p99 900 ms ≥ 500 ms")
    assert made["demo:shop:gateway"]["classes"] == "node gateway degraded"


def test_changes_are_drawn_by_class_sign_and_word(shop: ServiceGraph, window: TimeRange) -> None:
    diff = FakeReads().insights.diff(window, window)
    made = drawn(shop, look=Look.of((), None, diff, frozenset({"demo:shop:cart"})))
    assert made[RATINGS]["classes"] == "edge failing http change-worse"
    assert made[RATINGS]["data"]["label"].endswith("\n▼ worse")
    assert "0 % → 12.2 % failed" in made[RATINGS]["data"]["why"]
    added = diff.edges[next(i for i, edge in enumerate(diff.edges) if edge.change == "added")].id
    assert made[added]["data"]["label"].endswith("\n+ added")
    assert made["demo:shop:cart"]["classes"].endswith(" found")
    closed = drawn(shop, look=Look.of((), None, diff, frozenset({"demo:shop:cart"})), groups=Groups.CLOSED)
    assert closed["namespace:shop@demo"]["classes"] == "group failing found"


def test_an_edge_says_what_its_traffic_is_drawn_by(shop: ServiceGraph) -> None:
    data = drawn(shop)[RATINGS]["data"]
    assert (data["rate"], data["ms"], data["bad"]) == (122.0, 3.2, pytest.approx(0.122, abs=0.001))


def test_namespaces_of_one_name_in_two_clusters_are_two_boxes(window: TimeRange) -> None:
    graph = graphs.build(window, [Place("a"), Place("b")], [Call("a", "b", 1)])
    first, second = graph.nodes
    graph = replace(graph, nodes=(first, replace(second, cluster="west")))
    made = drawn(graph)
    assert made[first.id]["data"]["parent"] == "namespace:shop@demo"
    assert made[second.id]["data"]["parent"] == "namespace:shop@west"
    assert made["namespace:shop@west"]["data"]["label"] == "shop · west"
    assert drawn(graph, boxes=Boxes.CLUSTER)["cluster:west"]["data"]["label"] == "west"
    assert not [key for key in drawn(graph, boxes=Boxes.NONE) if key.startswith(("cluster:", "namespace:"))]


@pytest.mark.parametrize("scheme", Scheme)
def test_two_lines_of_text_fit_into_the_hexagon_of_a_gateway(scheme: Scheme) -> None:
    """Its sides run in over a quarter of its width; "▲ 3.58 % errors" in bold takes some 105 of the graph's pixels."""
    rules = {rule["selector"]: rule["style"] for rule in stylesheet(scheme)}
    node, width = rules["node.node, node.group"], rules["node.gateway"]["width"]
    lower_end = node["font-size"] * node["line-height"] / (node["height"] / 2)
    assert width * (1 - lower_end / 2) >= 105 + 2 * 3.5
