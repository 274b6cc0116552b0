"""The layout of the trace page: fields, head, tabs, the places where its scripts draw; no data."""

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.ui import ids
from dashboard.ui.state.trace import Tab
from dashboard.ui.views.parts import aria, icon, icon_button
from traces.trace_files import MAX_BYTES

_TABS = {
    Tab.TIMELINE: "Timeline",
    Tab.MAP: "Services",
    Tab.FLAME: "Flame graph",
    Tab.STATISTICS: "Statistics",
    Tab.TABLE: "Table",
    Tab.LOGS: "Logs",
    Tab.JSON: "JSON",
}


def layout() -> Component:
    """The page."""
    stores = [
        dcc.Store(id=part)
        for part in (
            ids.TRACE_ASKED,
            ids.TRACE_CHOSEN,
            ids.TRACE_SOUGHT,
            ids.TRACE_TABBED,
            ids.TRACE_ROWS,
            ids.TRACE_LOADED,
            ids.TRACE_HITS,
            ids.TRACE_DRAWING,
            ids.TRACE_OPENED,
        )
    ]
    main = html.Div(
        [
            html.Div(id=ids.TRACE_HEAD),
            html.Div([_tabs(), _timeline(), html.Div(id=ids.TRACE_TAB), _canvas()], id=ids.TRACE_BODY),
        ],
        className="main",
    )
    panel = html.Aside(id=ids.TRACE_PANEL, className="panel", tabIndex=-1)
    return html.Div(
        [*stores, _toolbar(), html.Div([main, panel], className="with-panel trace-place")], className="page trace"
    )


def _toolbar() -> Component:
    field = dmc.TextInput(
        id=ids.TRACE_ID,
        placeholder="Trace id or traceparent",
        leftSection=icon("search"),
        className="trace-id",
        value="",
        size="xs",
        **aria(label="Trace id"),
    )
    other = dmc.TextInput(
        id=ids.TRACE_OTHER,
        placeholder="Trace id to compare with",
        leftSection=icon("compare"),
        className="trace-other",
        value="",
        size="xs",
        **aria(label="Trace to compare with"),
    )
    file = dcc.Upload(
        html.Button([icon("export"), "Open a file"], className="button", title="OTLP JSON or Jaeger JSON"),
        id=ids.TRACE_FILE,
        accept=".json,application/json",
        max_size=MAX_BYTES,
        multiple=False,
        className="trace-file",
    )
    return html.Div(
        [
            field,
            html.Button("Show", id=ids.TRACE_SHOW, className="button primary"),
            other,
            html.Button("Compare", id=ids.TRACE_COMPARE, className="button"),
            file,
            icon_button(ids.TRACE_RELOAD, "live", "Read the trace again: more spans may have come"),
        ],
        className="toolbar find",
    )


def _tabs() -> Component:
    buttons = [
        html.Button(title, className="tab", role="tab", **_data("tab", tab.value), **aria(selected="false"))
        for tab, title in _TABS.items()
    ]
    return html.Div(buttons, id=ids.TRACE_TABS, className="tabs", role="tablist", **aria(label="Ways to look at it"))


def _timeline() -> Component:
    """Drawn into by assets/trace_rows.js."""
    field = dmc.TextInput(
        id=ids.TRACE_FIND,
        placeholder="Find: text, or key=value",
        leftSection=icon("search"),
        size="xs",
        value="",
        **aria(label="Find in the trace"),
    )
    tools = [
        field,
        _button("find-previous", "back", "Previous match (Shift Enter)"),
        _button("find-next", "forward", "Next match (Enter)"),
        html.Span(id=ids.TRACE_FOUND, className="muted found", role="status"),
        html.Span(className="spacer"),
        html.Button(
            "■ Next error", className="button small-button", title="Next error (n)", **_data("act", "error-next")
        ),
        html.Button("+1", className="button small-button", title="Unfold one more level", **_data("act", "deeper")),
        html.Button("All", className="button small-button", title="Unfold all", **_data("act", "unfold")),
        html.Button("Fold", className="button small-button", title="Fold all", **_data("act", "fold")),
        _button("whole", "fit", "Whole trace (0)"),
    ]
    return html.Div(
        [
            html.Div(tools, className="trace-tools"),
            html.Div(
                html.Canvas(className="minimap-canvas"), className="minimap", title="Drag to zoom, double-click for all"
            ),
            html.Div(className="trace-axis"),
            html.Div(
                html.Div(className="trace-sheet"),
                className="trace-rows",
                tabIndex=0,
                role="tree",
                **aria(label="Spans"),
            ),
            html.Div(className="trace-key"),
        ],
        id=ids.TRACE_TIMELINE,
        className="trace-timeline card",
    )


def _canvas() -> Component:
    """Drawn into by assets/trace_drawing.js."""
    return html.Div(id=ids.TRACE_CANVAS, className="trace-canvas card")


def _button(act: str, glyph: str, label: str) -> Component:
    made: Component = html.Button(
        icon(glyph), className="button icon-button", title=label, **_data("act", act), **aria(label=label)
    )
    return made


def _data(name: str, value: str) -> dict[str, Any]:
    return {f"data-{name}": value}
