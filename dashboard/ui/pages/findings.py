"""Mistakes that the traffic shows, each with its evidence and the fix."""

from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from dashboard.ui import ids, query
from dashboard.ui.links import Links
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.views import cards, findings


def layout() -> Component:
    """Room for the page; no data."""
    return html.Div(html.Div(cards.skeleton(), id=ids.FINDINGS_LIST), className="page findings")


def register(app: Dash, around: Surroundings) -> None:
    """Connect the page. It looks again when the window changes, and every minute of a live one."""

    @app.callback(
        Output(ids.FINDINGS_LIST, "children"),
        Input(ids.LOCATION, "search"),
        Input(ids.SCOPE_TICK, "n_intervals"),
        on_error=cards.error_card,
    )
    def show(search: str | None, _ticks: int | None) -> Component:
        window = query.parse(search).window(around.clock.now())
        return findings.findings(around.reads.findings.findings(window), Links(around.prefix, search or ""))
