"""What stands where the graph has nothing: how to connect the first proxy, or why the filter leaves nothing."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.state.topology import TopologyState
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.parts import code, copyable, health_mark
from dashboard.ui.wiring import PLACEHOLDERS, Fragment, fragments
from topology.health import Health
from topology.model import ServiceGraph

LOOPBACK = "127.0.0.1"


def nothing(graph: ServiceGraph, state: TopologyState, href: str, otlp_port: int) -> Component:
    """Why nothing is drawn. `href` is the browser's address, `otlp_port` that of the OTLP/gRPC receiver."""
    view = state.view
    if graph.nodes and state.hide:
        return empty_card("Everything is hidden", html.P(["No service is left by hide ", code(state.hide), "."]))
    if graph.nodes and (view.namespaces or view.clusters):
        names: Sequence[Component] = [code(name) for name in (*view.clusters, *view.namespaces)]
        return empty_card(
            "Nothing in this scope",
            [html.P(["No traffic touched ", *names, " in this window."]), html.P("Widen the window or the scope.")],
        )
    if graph.nodes:
        return empty_card("Only idle edges", html.P("No requests in this window. Switch Idle on to see what is known."))
    if view.end:
        length, end = fmt.duration(graph.window.seconds * 1e6), fmt.exact_moment(graph.window.end)
        why = [html.P(f"No proxy reported any traffic in the {length} to {end}.")]
        return empty_card("No traffic then", why + [html.P(note.text) for note in graph.notes])
    return connect(urlsplit(href).hostname or LOOPBACK, otlp_port)


def connect(host: str, port: int) -> Component:
    """How to connect the first proxy to the hub at this host."""
    pieces = fragments(host, port)
    return empty_card(
        "Connect your first proxy",
        [
            html.P(["No proxy has reported yet. ", health_mark(Health.NOT_MEASURED, "waiting for the first")]),
            html.P("To see a real Envoy mesh with traffic and faults on this machine first:"),
            copyable("meshhub demo", "Copy the command"),
            html.P(f"To connect an Envoy of yours, add these {len(pieces)} pieces to its bootstrap."),
            html.P(["Put your names for ", *(part for name in PLACEHOLDERS for part in (code(name), " "))]),
            *(part for number, piece in enumerate(pieces, 1) for part in _piece(number, piece)),
            html.P("This page draws the graph as soon as the first request is reported.", className="muted"),
        ],
    )


def _piece(number: int, piece: Fragment) -> tuple[Component, Component]:
    head = html.H3([f"{number}. {piece.title} ", html.Span(piece.place, className="aside")])
    return head, copyable(piece.yaml, f"Copy: {piece.title}")
