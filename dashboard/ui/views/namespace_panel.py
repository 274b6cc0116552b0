"""A namespace, or the edges between two groups, explained."""

from collections.abc import Iterable

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui import graph_scope
from dashboard.ui.health import judge_edge, judge_node
from dashboard.ui.links import Links
from dashboard.ui.query import View
from dashboard.ui.theme import MARKS
from dashboard.ui.views.parts import facts, link, section, table
from topology.model import ServiceEdge, ServiceGraph, ServiceNode

ROWS_SHOWN = 60


def namespace_panel(namespace: str, graph: ServiceGraph, view: View, links: Links) -> Component:
    """Its services, and a link that draws them singly or as one."""
    nodes = [node for node in graph.nodes if node.namespace == namespace]
    inside = {node.id for node in nodes}
    into = [edge for edge in graph.edges if edge.destination in inside and edge.source not in inside]
    out_of = [edge for edge in graph.edges if edge.source in inside and edge.destination not in inside]
    turned = _turned(namespace, view.opened)
    return html.Div(
        [
            html.H2(f"Namespace {namespace}"),
            html.P(f"{fmt.plural(len(nodes), 'service')}."),
            html.P(
                [
                    link("Draw it the other way (as one node, or its services)", links.here("topology", open=turned)),
                    html.Br(),
                    link("Show only this namespace", links.here("topology", ns=namespace, select="")),
                ]
            ),
            facts((("Comes in", _sum(into)), ("Goes out", _sum(out_of)))),
            section(
                "Services", table(("", "Rate", "Failed"), [_service_row(node, links) for node in nodes[:ROWS_SHOWN]])
            ),
        ],
        className="stack",
    )


def bundle_panel(chosen: str, graph: ServiceGraph, links: Links) -> Component | None:
    """The edges that were drawn as one; None if there is no such bundle."""
    source, _, destination = chosen.partition("~")
    ends = {node.id: (node.id, graph_scope.box_id(node.namespace)) for node in graph.nodes}
    edges = [edge for edge in graph.edges if source in ends[edge.source] and destination in ends[edge.destination]]
    if not edges:
        return None
    names = {node.id: node.service or "unknown" for node in graph.nodes}
    edges.sort(key=lambda edge: -edge.headline.rates.requests)
    rows = [_edge_row(edge, names, links) for edge in edges[:ROWS_SHOWN]]
    title = f"{_name(source, names)} → {_name(destination, names)}"
    shown = f"{ROWS_SHOWN} of {len(edges):,}" if len(edges) > ROWS_SHOWN else f"{len(edges):,}"
    return html.Div(
        [
            html.H2(title),
            html.P(f"{fmt.plural(len(edges), 'edge')}, {_sum(edges)} together."),
            section("Edges", table(("", "Rate", "Failed"), rows), aside=shown),
        ],
        className="stack",
    )


def _turned(namespace: str, opened: tuple[str, ...]) -> str:
    return ",".join(sorted({*opened} ^ {namespace}))


def _service_row(node: ServiceNode, links: Links) -> tuple[list[Component | str], str, str]:
    traffic, health = node.inbound or node.outbound, judge_node(node).health
    return (
        [_glyph(health), " ", link(node.service, links.here("topology", select=node.id))],
        fmt.rate(traffic.per_second if traffic else None),
        fmt.share(traffic.error_share if traffic else None),
    )


def _edge_row(edge: ServiceEdge, names: dict[str, str], links: Links) -> tuple[list[Component | str], str, str]:
    text = f"{names[edge.source]} → {names[edge.destination]}"
    return (
        [_glyph(judge_edge(edge).health), " ", link(text, links.here("topology", select=edge.id))],
        fmt.rate(edge.headline.rates.per_second),
        fmt.share(edge.headline.errors.share),
    )


def _glyph(health: str) -> Component:
    mark = next(mark for state, mark in MARKS.items() if state == health)
    return html.Span(mark.glyph, className=f"health {health}", title=mark.word)


def _sum(edges: Iterable[ServiceEdge]) -> str:
    traffic = graph_scope.add_up(edges)
    return f"{fmt.rate(traffic.per_second)}, {fmt.share(traffic.error_share)} failed" if traffic.requests else ""


def _name(end: str, names: dict[str, str]) -> str:
    return names.get(end) or end.partition(":")[2] or end
