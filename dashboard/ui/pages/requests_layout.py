"""The layout of the requests page: fields, what a search finds, and the journey of one request; no data."""

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.ui import ids
from dashboard.ui.figures.log_histogram import empty
from dashboard.ui.views import cards
from dashboard.ui.views.grid import grid
from dashboard.ui.views.parts import aria, icon
from dashboard.ui.views.request_results import COLUMNS
from traces.search import Sort

RETRY_MILLISECONDS = 3_000
POLL_MILLISECONDS = 400
REST_MILLISECONDS = 30
"""After the hops of a request are shown, the rest of its journey is asked for."""
SCATTER_PIXELS = 200

_SORTS = {
    Sort.NEWEST: "Newest first",
    Sort.OLDEST: "Oldest first",
    Sort.SLOWEST: "Slowest first",
    Sort.MOST_ERRORS: "Most errors first",
    Sort.MOST_SPANS: "Most spans first",
}


def layout() -> Component:
    """The page."""
    stores = (
        ids.REQUESTS_ASKED,
        ids.REQUESTS_PICKED,
        ids.REQUESTS_JOB,
        ids.REQUESTS_COMPLETE,
        ids.REQUESTS_SUGGESTIONS,
    )
    return html.Div(
        [
            *(dcc.Store(id=store) for store in stores),
            dcc.Interval(id=ids.REQUESTS_RETRY, interval=RETRY_MILLISECONDS, disabled=True),
            dcc.Interval(id=ids.REQUESTS_REST, interval=REST_MILLISECONDS, max_intervals=0),
            dcc.Interval(id=ids.REQUESTS_POLL, interval=POLL_MILLISECONDS, disabled=True),
            _toolbar(),
            _results(),
            html.Div(cards.skeleton(), id=ids.REQUESTS_JOURNEY, className="journey-place"),
        ],
        className="page requests",
    )


def _toolbar() -> Component:
    field = dmc.TextInput(
        id=ids.REQUESTS_ID,
        placeholder="x-request-id or trace id",
        leftSection=icon("search"),
        className="request-id",
        size="xs",
        value="",
        **aria(label="Request id"),
    )
    query = dmc.TextInput(
        id=ids.REQUESTS_QUERY,
        placeholder="Search, for example: service = checkout and status >= 500 and duration > 100ms",
        leftSection=icon("search"),
        size="xs",
        value="",
        **aria(label="Search requests by an expression"),
    )
    sort = dmc.Select(
        id=ids.REQUESTS_SORT,
        data=[{"value": each.value, "label": text} for each, text in _SORTS.items()],
        value=Sort.NEWEST.value,
        allowDeselect=False,
        size="xs",
        className="request-sort",
        **aria(label="Order"),
    )
    fault = html.Div(id=ids.REQUESTS_FAULT, className="fault", role="alert")
    return html.Div(
        [
            html.Div(query, className="expression-field request-query"),
            html.Button("Search", id=ids.REQUESTS_SEARCH, className="button primary"),
            sort,
            field,
            html.Button("Find", id=ids.REQUESTS_FIND, className="button"),
            fault,
        ],
        className="toolbar find",
    )


def _results() -> Component:
    scatter = dcc.Graph(
        id=ids.REQUESTS_SCATTER,
        figure=empty(),
        config={"displayModeBar": False, "responsive": True, "doubleClick": "reset"},
        className="request-scatter",
        style={"height": f"{SCATTER_PIXELS}px"},
    )
    table = grid(ids.REQUESTS_GRID, COLUMNS, "id", label="Requests that were found")
    bar = html.Div(
        [
            html.Span(id=ids.REQUESTS_PROGRESS, role="status"),
            html.Button("Stop", id=ids.REQUESTS_CANCEL, className="button small-button"),
        ],
        className="request-progress",
    )
    hint = html.P("Drag over points to ask what differs in them; click one to open it.", className="muted small")
    main = html.Div(
        [
            html.Div([scatter, hint], className="card scatter-card"),
            bar,
            html.Div(id=ids.REQUESTS_MESSAGE),
            html.Div(table, className="grid-place"),
        ],
        className="main",
    )
    panel = html.Aside(
        [html.Div(id=ids.REQUESTS_DIFFERENCE), html.Div(id=ids.REQUESTS_FACETS)], className="panel", tabIndex=-1
    )
    return html.Div([main, panel], id=ids.REQUESTS_RESULTS, className="with-panel request-results")
