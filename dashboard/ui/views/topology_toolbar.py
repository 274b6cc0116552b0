"""The controls above and below the graph."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.ui import ids
from dashboard.ui.query import EdgeLabel, Groups
from dashboard.ui.state.topology import Boxes
from dashboard.ui.views import menu
from dashboard.ui.views.parts import aria, icon, icon_button
from topology.model import Perspective

ChoiceT = TypeVar("ChoiceT", bound=StrEnum)

_LABELS = {
    EdgeLabel.RATE: "Rate",
    EdgeLabel.ERRORS: "Errors",
    EdgeLabel.P50: "p50",
    EdgeLabel.P95: "p95",
    EdgeLabel.P99: "p99",
    EdgeLabel.SECURITY: "mTLS",
}
_GROUPS = {Groups.AUTO: "Auto", Groups.OPEN: "Services", Groups.CLOSED: "Boxes"}
_BOXES = {Boxes.NAMESPACE: "Namespaces", Boxes.CLUSTER: "Clusters", Boxes.NONE: "None"}
_PERSPECTIVES = {
    Perspective.SERVICE: "Services",
    Perspective.VERSION: "Versions",
    Perspective.WORKLOAD: "Workloads",
}
_EXPORTS = (
    (ids.TOPOLOGY_PNG, "PNG picture"),
    (ids.TOPOLOGY_SVG, "SVG picture"),
    (ids.TOPOLOGY_JSON, "JSON"),
    (ids.TOPOLOGY_GRAPHML, "GraphML"),
    (ids.TOPOLOGY_DOT, "DOT (Graphviz)"),
    (ids.TOPOLOGY_MERMAID, "Mermaid"),
)
_SPEEDS = {"2000": "½×", "1000": "1×", "500": "2×", "250": "4×"}
"""Milliseconds that a frame is shown, and how that is called."""


def toolbar() -> Component:
    """What is drawn and how: two rows."""
    labels = dmc.ChipGroup(
        [dmc.Chip(text, value=label.value, size="xs") for label, text in _LABELS.items()],
        id=ids.TOPOLOGY_LABELS,
        multiple=True,
        value=[],
    )
    buttons = [
        icon_button(ids.TOPOLOGY_REPLAY, "replay", "Replay this window (p)"),
        icon_button(ids.TOPOLOGY_ARRANGE, "arrange", "Arrange anew"),
        icon_button(ids.TOPOLOGY_FIT, "fit", "Fit to the window (0)"),
        _exports(),
    ]
    first = [
        html.Span([html.Span("On edges", className="muted"), html.Div(labels, className="chips")]),
        _display(),
        _focus(),
        html.Span(buttons, className="end"),
    ]
    second = [
        _expression(ids.TOPOLOGY_FIND, ids.TOPOLOGY_FIND_FAULT, "Find", "ns = shop and (err > 5% or p99 > 500ms)"),
        _expression(ids.TOPOLOGY_HIDE, ids.TOPOLOGY_HIDE_FAULT, "Hide", "healthy"),
        dcc.Store(id=ids.TOPOLOGY_COMPLETE),
        dcc.Store(id=ids.TOPOLOGY_SUGGESTIONS),
    ]
    return html.Div(
        [html.Div(first, className="toolbar"), html.Div(second, className="toolbar expressions")], className="toolbars"
    )


def _segments(element_id: str, choices: Mapping[ChoiceT, str], value: ChoiceT, label: str) -> Component:
    control = dmc.SegmentedControl(
        id=element_id,
        data=[{"value": name.value, "label": text} for name, text in choices.items()],
        value=value.value,
        size="xs",
        **aria(label=label),
    )
    return html.Div([html.Span(label, className="muted"), control])


def _display() -> Component:
    target = html.Button([icon("display"), "Display"], id=ids.TOPOLOGY_DISPLAY, className="button")
    choices = [
        _segments(ids.TOPOLOGY_PERSPECTIVE, _PERSPECTIVES, Perspective.SERVICE, "One node for each"),
        _segments(ids.TOPOLOGY_BOXES, _BOXES, Boxes.NAMESPACE, "Boxes"),
        _segments(ids.TOPOLOGY_GROUPS, _GROUPS, Groups.AUTO, "Draw"),
        dmc.Switch(id=ids.TOPOLOGY_IDLE, label="Services and edges without traffic", checked=True, size="xs"),
        dmc.Switch(id=ids.TOPOLOGY_MOTION, label="Moving traffic (m)", checked=True, size="xs"),
    ]
    return menu.controls(target, html.Div(choices, className="display"), to_the_right=True)


def _focus() -> Component:
    """Shown by assets/topology.js while there is a focus."""
    hops = dmc.SegmentedControl(
        id=ids.TOPOLOGY_HOPS, data=["1", "2", "3"], value="1", size="xs", **aria(label="Hops around the focus")
    )
    leave = html.Button(
        [icon("close"), "Focus"], id=ids.TOPOLOGY_FOCUS, className="button", title="Leave the focus (f)"
    )
    return html.Span([leave, hops, html.Span("hops", className="muted")], className="focus")


def _exports() -> Component:
    button = icon_button(ids.TOPOLOGY_EXPORT, "export", "Export what is shown")
    return menu.menu(button, [menu.item(name, text) for name, text in _EXPORTS], title="Export")


def _expression(element_id: str, fault_id: str, label: str, example: str) -> Component:
    """A field for an expression. assets/expressions.js completes it, and the fault is said below it."""
    field = dmc.TextInput(
        id=element_id,
        placeholder=example,
        leftSection=html.Span(label),
        leftSectionWidth=44,
        size="xs",
        value="",
        debounce=600,
        className="expression",
        **aria(label=f"{label}: an expression"),
    )
    return html.Div([field, html.Div(id=fault_id, className="fault", role="status")], className="expression-field")


def replay_bar() -> Component:
    """The scrubber of the replay. assets/replay.js drives it, and shows it while there is a frame in the URL."""
    # As a store, because the slider of Mantine can only be told numbers.
    return html.Div(
        [
            dcc.Store(id=ids.TOPOLOGY_FRAMES, data=[]),
            icon_button(ids.TOPOLOGY_STEP_BACK, "back", "One frame back (,)"),
            icon_button(ids.TOPOLOGY_PLAY, "play", "Play or pause (p)"),
            icon_button(ids.TOPOLOGY_STEP_FORWARD, "forward", "One frame forward (.)"),
            dmc.Slider(
                id=ids.TOPOLOGY_FRAME,
                min=0,
                max=1,
                step=1,
                value=0,
                label=None,
                size="sm",
                updatemode="drag",
                className="scrubber",
                **aria(label="Frame"),
            ),
            html.Span(id=ids.TOPOLOGY_FRAME_TIME, className="frame-time", role="status"),
            dmc.Select(
                id=ids.TOPOLOGY_SPEED,
                data=[{"value": value, "label": text} for value, text in _SPEEDS.items()],
                value="1000",
                allowDeselect=False,
                size="xs",
                className="speed",
                **aria(label="Speed"),
            ),
            icon_button(ids.TOPOLOGY_REPLAY_END, "close", "End the replay"),
        ],
        id=ids.TOPOLOGY_REPLAY_BAR,
        className="replay",
    )
