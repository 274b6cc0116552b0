"""The golden signals of a service over time."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.reads.service_model import Service
from dashboard.ui.figures import signals
from dashboard.ui.figures.annotations import Mark
from dashboard.ui.figures.timeline import Figure
from topology.series import Step

CONFIG: Any = {"displayModeBar": False, "responsive": True}


def charts(found: Service, course: tuple[int, tuple[Step, ...]] | None, marks: Sequence[Mark]) -> Component:
    """Rate by outcome, share of failures, quantiles of latency; what was not measured says so."""
    if course is None or not any(step.requests for step in course[1]):
        text = "Nobody reported requests in this window, so there is no course to show."
        return html.Div(html.P(text, className="muted nothing"), className="card chart-card")
    seconds, steps = course
    timed = any(step.latency for step in steps)
    return html.Div(
        [
            chart("Rate", signals.rate(steps, seconds, found.window, marks)),
            chart("Share of failed requests", signals.error_share(steps, found.window, marks)),
            chart("Latency", signals.latency(steps, found.window, marks) if timed else None),
        ],
        className="charts",
    )


def chart(title: str, figure: Figure | None) -> Component:
    """One titled chart; without a figure, that nothing measured it."""
    body: Component
    if figure is None:
        body = html.P("Not measured: no duration was reported.", className="muted nothing")
    else:
        body = html.Div(dcc.Graph(figure=figure, config=CONFIG), className="chart")
    return html.Div([html.H3(title), body], className="card chart-card")
