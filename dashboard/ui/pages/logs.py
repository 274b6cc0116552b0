"""Every access log: filtered, faceted, over time, explained, followed."""

from dash import Dash, Input, Output, State
from dash.development.base_component import Component

from dashboard.ui import ids
from dashboard.ui.browser import in_browser
from dashboard.ui.pages import logs_answers, logs_tail
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.views import logs


def layout() -> Component:
    """Expression, facets, histogram, table and panel; no data."""
    return logs.layout()


def register(app: Dash, around: Surroundings) -> None:
    """Connect the page."""
    logs_answers.register(app, around)
    logs_tail.register(app, around)
    _register_browser_side(app)


def _register_browser_side(app: Dash) -> None:
    def on(function: str, *wiring: object) -> None:
        in_browser(app, "meshhub_logs", function, *wiring)

    at = Input(ids.LOCATION, "search")
    on("bind", Output(ids.LOGS_EXPRESSION, "value"), at, Input(ids.LOGS_FIND, "n_clicks"))
    on("offer", Output(ids.LOGS_SUGGESTIONS, "data-done"), Input(ids.LOGS_OFFERED, "data"))
    on("zoom", Output(ids.LOGS_HISTOGRAM, "data-done"), Input(ids.LOGS_CHART, "relayoutData"))
    on("open", Output(ids.LOGS_ROWS, "data-done"), Input(ids.LOGS_GRID, "cellClicked"))
    on("order", Output(ids.LOGS_ORDER, "value"), Input(ids.LOGS_ORDER, "value"), at)
    on("show_row", Output(ids.LOGS_ROOT, "data-row"), at)
    on(
        "columns",
        Output(ids.LOGS_COLUMNS, "value"),
        Input(ids.LOGS_COLUMNS, "value"),
        at,
        Input(ids.LOGS_GRID, "rowData"),
        State(ids.LOGS_CHOICES, "data"),
    )
