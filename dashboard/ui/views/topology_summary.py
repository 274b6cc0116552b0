"""The whole graph in words: how much is shown, and what is not well, worst first."""

from dash import html
from dash.development.base_component import Component

from dashboard.ui import comparing
from dashboard.ui import format as fmt
from dashboard.ui.drawing import Drawing, add_up
from dashboard.ui.figures.look import Look
from dashboard.ui.scene import Scene
from dashboard.ui.state.topology import TopologyState
from dashboard.ui.views.about import About
from dashboard.ui.views.parts import facts, health_mark, icon, link, section
from topology.health import Health, Verdict
from topology.model import NodeKind, ServiceEdge, ServiceGraph, ServiceNode

WORST_SHOWN = 12

Judged = tuple[ServiceEdge, Verdict]


def count(drawing: Drawing, scene: Scene, state: TopologyState) -> str:
    """How much is drawn of how much: "13 services · 16 edges · 15 min to 14:03:21 UTC"."""
    total = len(scene.seen.graph.nodes)
    shown = fmt.plural(drawing.services, "service")
    if drawing.services != total:
        shown = f"{drawing.services:,} of {fmt.plural(total, 'service')}"
    if drawing.groups:
        shown += f", grouped in {fmt.plural(len(drawing.groups), 'box', 'boxes')}"
    parts = [shown, fmt.plural(drawing.all_edges, "edge")]
    if drawing.hidden_lines:
        lines = drawing.lines + drawing.hidden_lines
        parts.append(f"the {drawing.lines:,} failing or busiest of {lines:,} lines drawn")
    if scene.found is not None:
        parts.append(f"{len(scene.found):,} found")
    asked = scene.seen.asked
    parts.append(f"{fmt.duration(asked.seconds * 1e6)} to {fmt.moment(asked.end)}")
    if scene.seen.diff is not None:
        parts.append(f"vs {comparing.words(state.view.compare, asked)}")
    if scene.seen.graph.truncated:
        parts.append("cut off: narrow the window")
    return " · ".join(parts)


def summary(scene: Scene, about: About) -> Component:
    """What to look at first."""
    graph = scene.shown
    ill = worst(graph, about.look)
    silent = [node for node in graph.nodes if not node.reporting and node.kind is NodeKind.SERVICE]
    return html.Div(
        [
            html.H2("The mesh"),
            html.P(_sentence(graph, ill)),
            *(html.P([icon("note"), note.text], className="note") for note in graph.notes),
            section("Not well", _worst_list(graph, ill, about), aside="worst first") if ill else None,
            section("In numbers", _numbers(graph)),
            section("Silent proxies", _silent_list(silent, about)) if silent else None,
            html.P("Select a service, a box or an edge to see its numbers.", className="muted"),
        ],
        className="stack",
    )


def worst(graph: ServiceGraph, look: Look) -> tuple[Judged, ...]:
    """The edges that are failing or degraded: failing ones first, then by how many requests failed."""
    judged = ((edge, look.edge(edge)) for edge in graph.edges)
    ill = (pair for pair in judged if pair[1].health in (Health.FAILING, Health.DEGRADED))
    return tuple(sorted(ill, key=lambda pair: (pair[1].health is not Health.FAILING, -_failed(pair[0]), pair[0].id)))


def _sentence(graph: ServiceGraph, ill: tuple[Judged, ...]) -> str:
    if not graph.edges:
        return "Nothing was measured in this window."
    if not ill:
        return "Nothing is failing: every measured edge is within its tolerances."
    failing = sum(verdict.health is Health.FAILING for _, verdict in ill)
    degraded = len(ill) - failing
    parts = [f"{fmt.plural(failing, 'edge is', 'edges are')} failing"] if failing else []
    if degraded:
        one, many = ("is", "are") if failing else ("edge is", "edges are")
        parts.append(f"{fmt.plural(degraded, one, many)} degraded")
    return f"{' and '.join(parts)}, of {len(graph.edges):,}."


def _numbers(graph: ServiceGraph) -> Component:
    outside = {node.id for node in graph.nodes if node.kind in (NodeKind.UNKNOWN, NodeKind.EXTERNAL)}
    gateways = {node.id for node in graph.nodes if node.kind is NodeKind.GATEWAY and node.inbound is None}
    entries = add_up(edge for edge in graph.edges if edge.source in outside | gateways)
    return facts(
        (
            ("Services", f"{len(graph.nodes):,}"),
            ("Edges", f"{len(graph.edges):,}"),
            ("Requests from outside", fmt.rate(entries.per_second) if entries.requests else ""),
            ("of them failed", fmt.share(entries.error_share) if entries.requests else ""),
        )
    )


def _worst_list(graph: ServiceGraph, ill: tuple[Judged, ...], about: About) -> Component:
    names = {node.id: node.service or "unknown" for node in graph.nodes}
    rows = []
    for edge, verdict in ill[:WORST_SHOWN]:
        name = link(f"{names[edge.source]} → {names[edge.destination]}", about.links.here("topology", select=edge.id))
        head = html.Div([name, health_mark(verdict.health)])
        rows.append(html.Li([head, html.Div(verdict.reason, className="muted")]))
    if len(ill) > WORST_SHOWN:
        rows.append(html.Li(f"and {len(ill) - WORST_SHOWN:,} more", className="muted"))
    return html.Ul(rows, className="worst")


def _silent_list(silent: list[ServiceNode], about: About) -> Component:
    why = html.P("Only their callers report. They have no proxy, or it does not send access logs.", className="muted")
    items = [html.Li(link(node.service, about.links.here("topology", select=node.id))) for node in silent[:WORST_SHOWN]]
    return html.Div([why, html.Ul(items, className="names")])


def _failed(edge: ServiceEdge) -> float:
    return edge.headline.rates.requests * (edge.headline.errors.share or 0)
