"""What the shapes, colours and lines of the graph mean."""

from dash import html
from dash.development.base_component import Component

from dashboard.ui.theme import CHANGE_MARKS
from dashboard.ui.views.parts import health_mark, icon
from topology.health import Health

_SHAPES = (
    ("service", "service"),
    ("gateway", "gateway"),
    ("tcp", "TCP service"),
    ("external", "outside the mesh"),
    ("database", "database"),
    ("queue", "queue"),
    ("unknown", "unknown"),
    ("silent", "its proxy is silent"),
)


def legend() -> Component:
    """A key that can be folded away."""
    health = [html.Li(health_mark(state)) for state in Health]
    shapes = [html.Li([html.Span(className=f"shape {name}"), text]) for name, text in _SHAPES]
    lines = [
        html.Li([html.Span(className="line wide"), "more requests"]),
        html.Li([html.Span(className="line found"), "found"]),
        html.Li([icon("lock"), "mutual TLS"]),
        html.Li([icon("lock-open"), "no mutual TLS"]),
    ]
    changes = [
        html.Li([html.Span(className=f"line change-{change}"), html.Span(f"{mark.glyph} {mark.word}")])
        for change, mark in CHANGE_MARKS.items()
    ]
    keys = [html.Ul(health), html.Ul(shapes), html.Ul(lines), html.Ul(changes)]
    return html.Details(
        [html.Summary("Legend"), html.Div(keys, className="keys")],
        className="legend",
    )
