"""The live service graph: what talks to what, how well, and the reasons."""

from typing import Any

import dash_cytoscape as cyto
import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.ui import controls, graph_scope, ids, query
from dashboard.ui.browser import in_browser
from dashboard.ui.figures.elements import elements
from dashboard.ui.figures.stylesheet import stylesheet
from dashboard.ui.links import Links
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.query import EdgeLabel, Groups
from dashboard.ui.theme import Scheme
from dashboard.ui.views import cards, first_proxy, legend, topology_panel, topology_summary
from dashboard.ui.views.parts import icon_button

_LABELS = {
    EdgeLabel.RATE: "Rate",
    EdgeLabel.ERRORS: "Errors",
    EdgeLabel.P50: "p50",
    EdgeLabel.P95: "p95",
    EdgeLabel.P99: "p99",
    EdgeLabel.SECURITY: "mTLS",
}
_GROUPS = {Groups.AUTO: "Auto", Groups.OPEN: "Services", Groups.CLOSED: "Namespaces"}


def layout() -> Component:
    """Toolbar, graph, legend and side panel; no data."""
    graph = cyto.Cytoscape(
        id=ids.TOPOLOGY_GRAPH,
        elements=[],
        stylesheet=stylesheet(Scheme.LIGHT),
        layout={"name": "preset", "fit": False},
        autoRefreshLayout=False,
        minZoom=0.05,
        maxZoom=3,
        responsive=False,
        className="graph",
        style={"width": "100%", "height": "100%"},
    )
    message = html.Div(cards.skeleton(), id=ids.TOPOLOGY_MESSAGE)
    count = html.Span(id=ids.TOPOLOGY_COUNT, className="count", role="status")
    canvas = html.Div([graph, count, legend.legend(), message], id=ids.TOPOLOGY_CANVAS, className="canvas")
    panel = html.Aside(id=ids.TOPOLOGY_PANEL, className="panel", tabIndex=-1)
    styles = dcc.Store(id=ids.TOPOLOGY_STYLES, data={scheme.value: stylesheet(scheme) for scheme in Scheme})
    return html.Div(
        [styles, html.Div([_toolbar(), canvas], className="main"), panel], className="page with-panel topology"
    )


def _toolbar() -> Component:
    labels = dmc.ChipGroup(
        [dmc.Chip(text, value=label.value, size="xs") for label, text in _LABELS.items()],
        id=ids.TOPOLOGY_LABELS,
        multiple=True,
        value=[],
    )
    groups = dmc.SegmentedControl(
        id=ids.TOPOLOGY_GROUPS,
        data=[{"value": kind.value, "label": text} for kind, text in _GROUPS.items()],
        value=Groups.AUTO.value,
        size="xs",
    )
    idle = dmc.Switch(id=ids.TOPOLOGY_IDLE, label="Idle", checked=True, size="xs")
    return html.Div(
        [
            html.Span([html.Span("On edges", className="muted"), html.Div(labels, className="chips")]),
            html.Span([html.Span("Draw", className="muted"), groups]),
            idle,
            html.Span(
                [
                    icon_button(ids.TOPOLOGY_ARRANGE, "arrange", "Arrange anew"),
                    icon_button(ids.TOPOLOGY_FIT, "fit", "Fit to the window (f)"),
                ],
                className="end",
            ),
        ],
        className="toolbar",
    )


def register(app: Dash, around: Surroundings) -> None:
    """Connect the page."""
    _register_drawing(app, around)
    _register_panel(app, around)
    _register_browser_side(app)
    controls.bind(app, controls.TOPOLOGY_CONTROLS)


def _register_drawing(app: Dash, around: Surroundings) -> None:
    outputs = (
        Output(ids.TOPOLOGY_GRAPH, "elements"),
        Output(ids.TOPOLOGY_MESSAGE, "children"),
        Output(ids.TOPOLOGY_COUNT, "children"),
    )

    @app.callback(
        *outputs,
        Input(ids.LOCATION, "search"),
        Input(ids.TICK, "n_intervals"),
        State(ids.LOCATION, "href"),
        on_error=lambda error: (no_update, cards.error_card(error), no_update),
    )
    def draw(search: str | None, _ticks: int | None, href: str | None) -> tuple[Any, Component | None, str]:
        view = query.parse(search)
        window = view.window(around.clock.now())
        graph = around.reads.graphs.graph(window)
        drawing = graph_scope.draw(
            graph, within=view.namespaces, idle=view.idle, groups=view.groups, opened=view.opened
        )
        message = None if drawing.services else first_proxy.nothing(graph, view, href or "", around.otlp_port)
        return elements(drawing, view.labels), message, topology_summary.count(drawing, graph, window)


def _register_panel(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.TOPOLOGY_PANEL, "children"),
        Input(ids.LOCATION, "search"),
        Input(ids.TICK, "n_intervals"),
        on_error=lambda _error: no_update,
    )
    def explain(search: str | None, _ticks: int | None) -> Component:
        view = query.parse(search)
        graph = around.reads.graphs.graph(view.window(around.clock.now()))
        return topology_panel.panel(graph, view, Links(around.prefix, search or ""))


def _register_browser_side(app: Dash) -> None:
    def on(function: str, *wiring: Any) -> None:
        in_browser(app, "meshhub_topology", function, *wiring)

    on(
        "paint",
        Output(ids.TOPOLOGY_GRAPH, "stylesheet"),
        Input(ids.SCHEME, "data"),
        Input(ids.TOPOLOGY_STYLES, "data"),
    )
    # Dash wants an output on this page, or calls these on every page.
    drawn = Input(ids.TOPOLOGY_GRAPH, "elements"), Input(ids.LOCATION, "search")
    on("place", Output(ids.TOPOLOGY_CANVAS, "data-place"), *drawn)
    on("fit", Output(ids.TOPOLOGY_FIT, "data-done"), Input(ids.TOPOLOGY_FIT, "n_clicks"))
    on("arrange", Output(ids.TOPOLOGY_ARRANGE, "data-done"), Input(ids.TOPOLOGY_ARRANGE, "n_clicks"))
