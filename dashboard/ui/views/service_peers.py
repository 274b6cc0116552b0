"""Who calls a service and whom it calls, each edge as both sides saw it."""

from dash import html
from dash.development.base_component import Component

from dashboard.reads.service_model import Service
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.theme import MARKS
from dashboard.ui.views.parts import Content, link, section, table
from dashboard.ui.views.service_links import OWN
from topology.health.model import Health, HealthReport
from topology.model import EdgeView, ServiceEdge

PEERS_SHOWN = 50


def peers(found: Service, health: HealthReport, links: Links, direction: str) -> Component:
    """The table of one direction, "inbound" or "outbound"; busiest first."""
    inbound = direction == "inbound"
    edges = sorted(
        found.inbound if inbound else found.outbound, key=lambda edge: (-edge.headline.rates.requests, edge.id)
    )
    title = "Called by" if inbound else "Calls"
    if not edges:
        who = "No proxy reported a call to it." if inbound else _no_calls(found)
        return html.Div(section(title, html.P(who, className="muted")), className="card")
    rows = [_row(edge, found, health, links, inbound=inbound) for edge in edges[:PEERS_SHOWN]]
    aside = f"{PEERS_SHOWN} of {len(edges):,}" if len(edges) > PEERS_SHOWN else f"{len(edges):,}"
    head = ("", "Rate", "Failed", "p95", "at server", "mTLS")
    note = html.P(
        "Rate, failed and p95 are the caller's where its proxy reports; “at server” is the callee's p95 of the same "
        "calls.",
        className="muted small",
    )
    return html.Div(section(title, [table(head, rows), note], aside=aside), className="card")


def _no_calls(found: Service) -> str:
    if found.node.reporting:
        return "Its proxy reported no calls in this window."
    return "Not measured: its own proxy sent no access logs."


def _row(
    edge: ServiceEdge, found: Service, health: HealthReport, links: Links, *, inbound: bool
) -> tuple[Content, ...]:
    peer_id = edge.source if inbound else edge.destination
    peer = found.peers.get(peer_id, found.node)
    verdict = health.edges.get(edge.id)
    state = verdict.health if verdict else Health.NOT_MEASURED
    glyph = html.Span(
        MARKS[state].glyph, className=f"health {state}", title=verdict.reason if verdict else MARKS[state].word
    )
    name = peer.service or "unknown"
    place = f" {peer.namespace}" if peer.namespace and peer.namespace != found.node.namespace else ""
    view = edge.headline
    way = link("edge", links.here("topology", **OWN | {"select": edge.id}), label="Show this edge in the topology")
    return (
        [
            glyph,
            " ",
            link(name, links.here("services", id=peer_id, side="")) if peer.service else name,
            html.Span(place, className="muted"),
            " ",
            html.Span(way, className="small"),
        ],
        fmt.rate(view.rates.per_second),
        fmt.share(view.errors.share),
        _p95(view),
        html.Span("not measured", className="muted") if edge.server is None else _p95(edge.server),
        fmt.share(view.encryption.mtls_share),
    )


def _p95(view: EdgeView) -> str:
    return fmt.duration(view.latency.p95 if view.latency else None)
