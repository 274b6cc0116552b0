"""The health of the hub itself."""

from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from dashboard.ui import hub_metrics, ids, query
from dashboard.ui.marks import applied_marks
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.views import cards, hub


def layout() -> Component:
    """Room for the page; no data."""
    return html.Div(html.Div(cards.skeleton(), id=ids.HUB_HEALTH), className="page hub")


def register(app: Dash, around: Surroundings) -> None:
    """Connect the page."""

    @app.callback(
        Output(ids.HUB_HEALTH, "children"),
        Input(ids.LOCATION, "search"),
        Input(ids.TICK, "n_intervals"),
        on_error=cards.error_card,
    )
    def show(search: str | None, _ticks: int | None) -> Component:
        window = query.parse(search).window(around.clock.now())
        marks = applied_marks(around.reads.happenings, window)
        reads = around.reads.hub
        return hub.hub(reads.health(window, hub_metrics.SHOWN), marks, reads.processes())
