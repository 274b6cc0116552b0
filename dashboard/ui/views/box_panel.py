"""A box of services, or the edges between two groups, explained."""

from collections.abc import Iterable

from dash import html
from dash.development.base_component import Component

from dashboard.ui import drawing
from dashboard.ui import format as fmt
from dashboard.ui.theme import CHANGE_MARKS, MARKS
from dashboard.ui.views.about import About, look_further
from dashboard.ui.views.parts import facts, link, section, table
from topology.diff.model import Change
from topology.model import ServiceEdge, ServiceNode

ROWS_SHOWN = 60


def box_panel(chosen: str, about: About) -> Component | None:
    """The services of a box, and a link that draws them singly or as one; None if there is no such box."""
    kind = about.state.boxes
    nodes = [node for node in about.graph.nodes if drawing.box_id(node, kind) == chosen]
    if not nodes:
        return None
    inside = {node.id for node in nodes}
    into = [edge for edge in about.graph.edges if edge.destination in inside and edge.source not in inside]
    out_of = [edge for edge in about.graph.edges if edge.source in inside and edge.destination not in inside]
    turned = ",".join(sorted({*about.state.view.opened} ^ {chosen}))
    name = drawing.boxes_of(about.graph, kind)[nodes[0].id].label
    scope = {"cluster": nodes[0].cluster} if chosen.startswith("cluster:") else {"ns": nodes[0].namespace}
    targets = [
        ("arrange", "Draw it the other way: as one node, or its services", about.links.here("topology", open=turned)),
        ("search", f"Show only {name}", about.links.here("topology", select="", **scope)),
    ]
    rows = [_service_row(node, about) for node in sorted(nodes, key=lambda node: _urgency(node, about))[:ROWS_SHOWN]]
    return html.Div(
        [
            html.H2(f"{kind.value.capitalize()} {name}"),
            html.P(_sentence(nodes, about)),
            facts((("Comes in", _sum(into)), ("Goes out", _sum(out_of)))),
            look_further(targets),
            section("Services", table(("", "Rate", "Failed"), rows), aside=_shown(len(nodes))),
        ],
        className="stack",
    )


def bundle_panel(chosen: str, about: About) -> Component | None:
    """The edges that were drawn as one; None if there is no such bundle."""
    source, _, destination = chosen.partition("~")
    kind = about.state.boxes
    ends = {node.id: (node.id, drawing.box_id(node, kind)) for node in about.graph.nodes}
    edges = [
        edge for edge in about.graph.edges if source in ends[edge.source] and destination in ends[edge.destination]
    ]
    if not edges:
        return None
    names = {node.id: node.service or "unknown" for node in about.graph.nodes}
    names |= {box.id: box.label for box in drawing.boxes_of(about.graph, kind).values()}
    edges.sort(key=lambda edge: -edge.headline.rates.requests)
    rows = [_edge_row(edge, names, about) for edge in edges[:ROWS_SHOWN]]
    return html.Div(
        [
            html.H2(f"{names.get(source, source)} → {names.get(destination, destination)}"),
            html.P(f"{fmt.plural(len(edges), 'edge')}, {_sum(edges)} together."),
            section("Edges", table(("", "Rate", "Failed"), rows), aside=_shown(len(edges))),
        ],
        className="stack",
    )


def _sentence(nodes: list[ServiceNode], about: About) -> str:
    ill = sum(_urgency(node, about)[0] < 2 for node in nodes)
    return f"{fmt.plural(len(nodes), 'service')}, {f'{ill} of them not well' if ill else 'none of them failing'}."


def _urgency(node: ServiceNode, about: About) -> tuple[int, str]:
    order = {"failing": 0, "degraded": 1}
    return order.get(about.look.node(node).health, 2), node.service


def _service_row(node: ServiceNode, about: About) -> tuple[list[Component | str], str, str]:
    traffic, health = node.inbound or node.outbound, about.look.node(node)
    return (
        [
            _glyph(health.health, health.reason),
            " ",
            link(node.service or "unknown", about.links.here("topology", select=node.id)),
            *_change(about.look.node_change(node.id)),
        ],
        fmt.rate(traffic.per_second if traffic else None),
        fmt.share(traffic.error_share if traffic else None),
    )


def _edge_row(edge: ServiceEdge, names: dict[str, str], about: About) -> tuple[list[Component | str], str, str]:
    text = f"{names[edge.source]} → {names[edge.destination]}"
    verdict = about.look.edge(edge)
    return (
        [
            _glyph(verdict.health, verdict.reason),
            " ",
            link(text, about.links.here("topology", select=edge.id)),
            *_change(about.look.edge_change(edge.id)),
        ],
        fmt.rate(edge.headline.rates.per_second),
        fmt.share(edge.headline.errors.share),
    )


def _change(change: Change | None) -> list[Component | str]:
    mark = CHANGE_MARKS.get(change) if change else None
    return [html.Span(f" {mark.glyph} {mark.word}", className=f"health change-{change}")] if mark else []


def _shown(count: int) -> str:
    return f"{ROWS_SHOWN} of {count:,}" if count > ROWS_SHOWN else f"{count:,}"


def _glyph(health: str, reason: str) -> Component:
    mark = next(mark for state, mark in MARKS.items() if state == health)
    return html.Span(mark.glyph, className=f"health {health}", title=reason)


def _sum(edges: Iterable[ServiceEdge]) -> str:
    traffic = drawing.add_up(edges)
    return f"{fmt.rate(traffic.per_second)}, {fmt.share(traffic.error_share)} failed" if traffic.requests else ""
