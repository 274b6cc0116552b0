"""A service explained: how it does in words, then who calls it and whom it calls."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.theme import MARKS
from dashboard.ui.views.about import About, changed, look_further, signals
from dashboard.ui.views.burns import burns
from dashboard.ui.views.further import node_links
from dashboard.ui.views.parts import Content, facts, health_mark, icon, link, section, table
from topology.model import NodeKind, NodeTraffic, ServiceEdge, ServiceNode

_KINDS = {
    NodeKind.SERVICE: "A service of the mesh.",
    NodeKind.GATEWAY: "A gateway: traffic enters or leaves the mesh here.",
    NodeKind.EXTERNAL: "A host outside the mesh: only its callers' proxies report.",
    NodeKind.TCP: "A service that was only seen with TCP connections.",
    NodeKind.DATABASE: "A database, as the spans of its callers name it.",
    NodeKind.QUEUE: "A messaging system, as spans name it.",
    NodeKind.OTHERS: "Services of one namespace that are too many to show, taken together.",
    NodeKind.UNKNOWN: "Nothing said who this is. What is known of it:",
}
PEERS_SHOWN = 40
AFFECTED_SHOWN = 8


def node_panel(node: ServiceNode, about: About) -> Component:
    """Words, signals over time, totals, what would fail with it, callers, callees."""
    graph, verdict = about.graph, about.look.node(node)
    series, marks = about.node_series(node.id), about.marks(node)
    names = {other.id: other.service or "unknown" for other in graph.nodes}
    callers = [edge for edge in graph.edges if edge.destination == node.id]
    callees = [edge for edge in graph.edges if edge.source == node.id]
    return html.Div(
        [
            html.H2(node.service or "Unknown"),
            html.P([health_mark(verdict.health), " ", verdict.reason]),
            html.P(_KINDS[node.kind]),
            burns(about, node.id),
            html.Ul([html.Li(text) for text in node.known]) if node.known else None,
            html.P([icon("note"), _silence(node)], className="note") if _silence(node) else None,
            facts(
                (
                    ("Namespace", node.namespace),
                    ("Cluster", node.cluster),
                    ("Version", node.version),
                    ("Versions", ", ".join(node.versions) if not node.version else ""),
                    ("Workload" if len(node.workloads) == 1 else "Workloads", ", ".join(node.workloads)),
                    ("Answers", _traffic(node.inbound)),
                    ("Calls", _traffic(node.outbound)),
                )
            ),
            changed(about.look.nodes.get(node.id), about),
            signals(series.inbound, "What it answers", marks=marks) if series else None,
            signals(series.outbound, "What it calls", marks=marks) if series else None,
            _if_it_fails(node, names, about),
            look_further(node_links(node, about)),
            _peers("Called by", callers, [edge.source for edge in callers], names, about),
            _peers("Calls", callees, [edge.destination for edge in callees], names, about),
        ],
        className="stack",
    )


def _silence(node: ServiceNode) -> str:
    if node.reporting or node.kind not in (NodeKind.SERVICE, NodeKind.GATEWAY, NodeKind.TCP):
        return ""
    if node.last_seen is not None:
        return f"No traffic in this window: its proxy last reported some at {fmt.exact_moment(node.last_seen)}."
    return "Its own proxy sent no access logs in this window: what is shown is what its peers' proxies saw."


def _traffic(traffic: NodeTraffic | None) -> str:
    if traffic is None or not traffic.requests:
        return ""
    return f"{fmt.rate(traffic.per_second)}, {fmt.share(traffic.error_share)} failed"


def _if_it_fails(node: ServiceNode, names: dict[str, str], about: About) -> Component | None:
    """Its blast radius, and whether there is a way around it."""
    blast, single = about.blast_radius(node.id), about.single_point(node.id)
    if blast is None:
        return None
    rows = [
        (link(names.get(hit.node, hit.node), about.links.here("topology", select=hit.node)), fmt.share(hit.share),
         fmt.rate(hit.per_second))
        for hit in blast.affected[:AFFECTED_SHOWN]
    ]  # fmt: skip
    more = len(blast.affected) - len(rows)
    return section(
        "If it fails",
        [
            html.P(blast.text),
            html.P([icon("note"), single.text], className="note") if single else None,
            table(("Fails with it", "Share", "Requests"), rows) if rows else None,
            html.P(f"and {fmt.plural(more, 'more', 'more')}", className="muted") if more > 0 else None,
        ],
    )


def _peers(
    title: str, edges: Sequence[ServiceEdge], peers: Sequence[str], names: dict[str, str], about: About
) -> Component | None:
    if not edges:
        return None
    pairs = sorted(zip(edges, peers, strict=True), key=lambda pair: -pair[0].headline.rates.requests)
    rows: list[tuple[Content, ...]] = []
    for edge, peer in pairs[:PEERS_SHOWN]:
        view, verdict = edge.headline, about.look.edge(edge)
        glyph = html.Span(MARKS[verdict.health].glyph, className=f"health {verdict.health}", title=verdict.reason)
        rows.append(
            (
                [glyph, " ", link(names[peer], about.links.here("topology", select=edge.id))],
                fmt.rate(view.rates.per_second),
                fmt.share(view.errors.share),
                fmt.duration(view.latency.p95 if view.latency else None),
            )
        )
    more = f"{PEERS_SHOWN} of {len(edges):,}" if len(edges) > PEERS_SHOWN else f"{len(edges):,}"
    return section(title, table(("", "Rate", "Failed", "p95"), rows), aside=more)
