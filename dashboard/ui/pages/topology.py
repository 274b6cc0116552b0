"""The live service graph: what talks to what, how well, and the reasons."""

from typing import Any

import dash_cytoscape as cyto
import orjson
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.ui import controls, drawing, ids, topology_export
from dashboard.ui.behind import calls_of
from dashboard.ui.browser import in_browser
from dashboard.ui.figures.elements import elements
from dashboard.ui.figures.stylesheet import stylesheet
from dashboard.ui.links import Links
from dashboard.ui.marks import applied_marks
from dashboard.ui.pages import topology_expressions
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.pages.topology_source import TopologySource
from dashboard.ui.replay import frame_ends, frame_marks
from dashboard.ui.state import topology as state
from dashboard.ui.theme import Scheme
from dashboard.ui.views import (
    cards,
    first_proxy,
    legend,
    topology_panel,
    topology_shape,
    topology_summary,
    topology_toolbar,
)
from dashboard.ui.views.topology_requests import requests_behind


def layout() -> Component:
    """Toolbars, graph, legend, replay and side panel; no data."""
    graph = cyto.Cytoscape(
        id=ids.TOPOLOGY_GRAPH,
        # Always none: what is drawn is put there, and changed, by assets/topology.js.
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
    explained = [html.Div(id=ids.TOPOLOGY_PANEL), html.Div(id=ids.TOPOLOGY_MORE)]
    panel = html.Aside(explained, className="panel", tabIndex=-1)
    stores = [
        dcc.Download(id=ids.TOPOLOGY_DOWNLOAD),
        dcc.Store(id=ids.TOPOLOGY_STYLES, data={scheme.value: stylesheet(scheme) for scheme in Scheme}),
        dcc.Store(id=ids.TOPOLOGY_DRAWING),
    ]
    main = html.Div([topology_toolbar.toolbar(), canvas, topology_toolbar.replay_bar()], className="main")
    return html.Div([*stores, main, panel], className="page with-panel topology")


def register(app: Dash, around: Surroundings) -> None:
    """Connect the page."""
    source = TopologySource(around)
    _register_drawing(app, around, source)
    _register_panel(app, around, source)
    _register_export(app, source)
    _register_replay(app, around)
    _register_browser_side(app)
    topology_expressions.register(app, source)
    controls.bind(app, controls.TOPOLOGY_CONTROLS)


def _register_drawing(app: Dash, around: Surroundings, source: TopologySource) -> None:
    outputs = (
        Output(ids.TOPOLOGY_DRAWING, "data"),
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
        asked = state.parse(search)
        scene = source.scene(asked)
        look = scene.look(asked)
        drawn = drawing.draw(
            scene.shown,
            groups=asked.view.groups,
            opened=asked.view.opened,
            kind=asked.boxes,
            always=(asked.view.selected, *(scene.found or ())),
        )
        message = None if drawn.services else first_proxy.nothing(scene.seen.graph, asked, href or "", around.otlp_port)
        # As a text: Dash walks through all data that it is given at every change of anything on the page.
        text = orjson.dumps(elements(drawn, look)).decode()
        return text, message, topology_summary.count(drawn, scene, asked)


def _register_panel(app: Dash, around: Surroundings, source: TopologySource) -> None:
    @app.callback(
        Output(ids.TOPOLOGY_PANEL, "children"),
        Input(ids.LOCATION, "search"),
        Input(ids.TICK, "n_intervals"),
        on_error=lambda _error: no_update,
    )
    def explain(search: str | None, _ticks: int | None) -> Component:
        asked = state.parse(search)
        links = Links(around.prefix, search or "")
        scene = source.scene(asked)
        return topology_panel.panel(scene, asked, around.reads, links, lambda: source.analysis(asked))

    # What takes longer comes after the drawing, which is what its input waits for.
    @app.callback(
        Output(ids.TOPOLOGY_MORE, "children"),
        Input(ids.TOPOLOGY_COUNT, "children"),
        State(ids.LOCATION, "search"),
        on_error=lambda _error: None,
    )
    def explain_more(_count: str | None, search: str | None) -> Component | None:
        asked = state.parse(search)
        links = Links(around.prefix, search or "")
        seen = source.see(asked)
        if not asked.view.selected:
            return topology_shape.shape(seen.graph, source.analysis(asked), links)
        calls = calls_of(seen.graph, asked.view.selected)
        return None if calls is None else requests_behind(source.behind(calls, seen.asked), links)


def _register_export(app: Dash, source: TopologySource) -> None:
    inputs = [Input(name, "n_clicks") for name in topology_export.BUTTONS]

    @app.callback(
        Output(ids.TOPOLOGY_DOWNLOAD, "data"),
        *inputs,
        State(ids.LOCATION, "search"),
        prevent_initial_call=True,
        on_error=lambda _error: no_update,
    )
    def save(*given: Any) -> Any:
        if not any(given[:-1]):
            return no_update
        scene = source.scene(state.parse(given[-1]))
        return topology_export.file(scene.shown, scene.seen.report, str(ctx.triggered_id))


def _register_replay(app: Dash, around: Surroundings) -> None:
    @app.callback(Output(ids.TOPOLOGY_FRAMES, "data"), Input(ids.LOCATION, "search"), on_error=lambda _error: no_update)
    def list_frames(search: str | None) -> Any:
        asked = state.parse(search)
        if asked.frame is None:
            return []
        return [end.isoformat().replace("+00:00", "Z") for end in frame_ends(asked.view.window(around.clock.now()))]

    @app.callback(
        Output(ids.TOPOLOGY_FRAME, "marks"),
        Input(ids.TOPOLOGY_FRAMES, "data"),
        State(ids.LOCATION, "search"),
        on_error=lambda _error: no_update,
    )
    def mark_frames(frames: list[str] | None, search: str | None) -> Any:
        if not frames:
            return []
        window = state.parse(search).view.window(around.clock.now())
        return frame_marks(frame_ends(window), applied_marks(around.reads.happenings, window))


def _register_browser_side(app: Dash) -> None:
    def on(function: str, *wiring: Any, namespace: str = "meshhub_topology") -> None:
        in_browser(app, namespace, function, *wiring)

    on(
        "paint",
        Output(ids.TOPOLOGY_GRAPH, "stylesheet"),
        Input(ids.SCHEME, "data"),
        Input(ids.TOPOLOGY_STYLES, "data"),
    )
    # Dash wants an output on this page, or calls these on every page.
    drawn = Input(ids.TOPOLOGY_DRAWING, "data"), Input(ids.LOCATION, "search")
    on("place", Output(ids.TOPOLOGY_CANVAS, "data-place"), *drawn)
    on("fit", Output(ids.TOPOLOGY_FIT, "data-done"), Input(ids.TOPOLOGY_FIT, "n_clicks"))
    on("arrange", Output(ids.TOPOLOGY_ARRANGE, "data-done"), Input(ids.TOPOLOGY_ARRANGE, "n_clicks"))
    on("leave_focus", Output(ids.TOPOLOGY_FOCUS, "data-done"), Input(ids.TOPOLOGY_FOCUS, "n_clicks"))
    on(
        "move",
        Output(ids.TOPOLOGY_DISPLAY, "data-done"),
        Input(ids.TOPOLOGY_MOTION, "checked"),
        namespace="meshhub_motion",
    )
    pictures = [Input(name, "n_clicks") for name in (ids.TOPOLOGY_PNG, ids.TOPOLOGY_SVG)]
    on("keep", Output(ids.TOPOLOGY_EXPORT, "data-done"), *pictures, namespace="meshhub_export")
    _register_replay_in_browser(on)


def _register_replay_in_browser(on: Any) -> None:
    frames = Input(ids.TOPOLOGY_FRAMES, "data"), Input(ids.LOCATION, "search")
    outputs = [Output(ids.TOPOLOGY_FRAME, name) for name in ("max", "value")]
    on("show", *outputs, Output(ids.TOPOLOGY_FRAME_TIME, "children"), *frames, namespace="meshhub_replay")
    buttons = (ids.TOPOLOGY_REPLAY, ids.TOPOLOGY_PLAY, ids.TOPOLOGY_STEP_BACK, ids.TOPOLOGY_STEP_FORWARD,
               ids.TOPOLOGY_REPLAY_END)  # fmt: skip
    on(
        "steer",
        Output(ids.TOPOLOGY_REPLAY_BAR, "data-done"),
        *(Input(name, "n_clicks") for name in buttons),
        Input(ids.TOPOLOGY_FRAME, "value"),
        Input(ids.TOPOLOGY_SPEED, "value"),
        State(ids.TOPOLOGY_FRAMES, "data"),
        namespace="meshhub_replay",
    )
