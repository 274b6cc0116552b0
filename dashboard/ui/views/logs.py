"""The access-log page: its parts without data, and what it says of what was found."""

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.reads.log_answers import LogOrder
from dashboard.ui import format as fmt
from dashboard.ui import ids
from dashboard.ui.figures.log_histogram import empty
from dashboard.ui.links import Links
from dashboard.ui.state.logs import LogsState
from dashboard.ui.views import cards, log_rows, menu
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.grid import grid
from dashboard.ui.views.parts import aria, code, icon, icon_button, link
from meshhub.model import TimeRange

TAIL_MILLISECONDS = 1_000
MOST_ROWS = 1_000
EXAMPLE = "destination = cart and (status >= 500 or duration > 1.5s)"
_ORDERS = {
    LogOrder.NEWEST: "Newest first",
    LogOrder.OLDEST: "Oldest first",
    LogOrder.SLOWEST: "Slowest first",
    LogOrder.LARGEST: "Largest first",
}


def layout() -> Component:
    """All parts; no data."""
    table = grid(
        ids.LOGS_GRID,
        [{**each, "sortable": False, "hide": each["field"] not in log_rows.SHOWN} for each in log_rows.COLUMNS],
        "id",
        label="Access logs",
        options={"rowHeight": 26, "maintainColumnOrder": True},
    )
    results = html.Div(
        [
            html.Div(
                dcc.Graph(
                    id=ids.LOGS_CHART,
                    figure=empty(),
                    config={"displayModeBar": False, "responsive": True},
                    className="chart",
                ),
                id=ids.LOGS_HISTOGRAM,
                className="histogram",
                title="Drag over a part to look at it alone",
            ),
            _told(),
            html.Div(cards.skeleton(), id=ids.LOGS_MESSAGE, className="message"),
            html.Div(table, id=ids.LOGS_ROWS, className="grid-place"),
        ],
        className="results",
    )
    body = html.Div(
        [
            html.Nav(cards.skeleton(), id=ids.LOGS_FACETS, className="facets", **aria(label="Values of the fields")),
            results,
            html.Aside(id=ids.LOGS_PANEL, className="panel", tabIndex=-1),
        ],
        className="body",
    )
    fault = html.Div(id=ids.LOGS_FAULT, className="expression-fault fault", role="alert")
    return html.Div([*_stores(), _toolbar(), fault, body], id=ids.LOGS_ROOT, className="page logs-page")


def count(shown: int, window: TimeRange, asked: LogsState, *, more: bool) -> str:
    """How many rows there are to see, of which window."""
    span = f"{fmt.duration(window.seconds * 1e6)} to {fmt.moment(window.end)}"
    words = _ORDERS[asked.order].lower()
    return f"{shown:,}{' and more' if more else ''} rows, {words} · {span}"


def nothing(asked: LogsState, window: TimeRange, links: Links) -> Component:
    """Why there are no rows, and what to do."""
    span = f"from {fmt.moment(window.start)} to {fmt.moment(window.end)}"
    if not asked.full_expression:
        return empty_card(
            "No access logs in this window",
            [
                html.P(f"No proxy reported a request that began {span}."),
                html.P(["Look at a longer window, or ", link("connect a proxy", links.here("topology", q="")), "."]),
            ],
        )
    return empty_card(
        "No access log matches",
        [
            html.P([f"Nothing {span} matches ", code(asked.full_expression), "."]),
            html.P(
                [
                    "Look at a longer window, or ",
                    link("take the expression away", links.here("logs", q="", ns="")),
                    ".",
                ]
            ),
        ],
    )


def _stores() -> list[Component]:
    return [
        dcc.Store(id=ids.LOGS_WRITTEN),
        dcc.Store(id=ids.LOGS_OFFERED),
        dcc.Store(id=ids.LOGS_SCROLLED, data=False),
        dcc.Store(id=ids.LOGS_TAILED),
        dcc.Store(id=ids.LOGS_MOST, data=MOST_ROWS),
        dcc.Store(
            id=ids.LOGS_CHOICES,
            data={"all": [name for name, _ in log_rows.CHOICES], "shown": list(log_rows.SHOWN)},
        ),
        dcc.Interval(id=ids.LOGS_TAIL_TICK, interval=TAIL_MILLISECONDS, disabled=True),
        dcc.Download(id=ids.LOGS_DOWNLOAD),
    ]


def _toolbar() -> Component:
    field = dmc.TextInput(
        id=ids.LOGS_EXPRESSION,
        placeholder=EXAMPLE,
        leftSection=icon("search"),
        size="xs",
        value="",
        **aria(label="Expression that access logs match", autocomplete="list", controls=ids.LOGS_SUGGESTIONS),
    )
    suggestions = html.Ul(
        id=ids.LOGS_SUGGESTIONS, className="log-suggestions", role="listbox", hidden=True, **aria(label="Suggestions")
    )
    tail = html.Button(
        [icon("live"), html.Span("Follow", id=ids.LOGS_TAIL_WORD)],
        id=ids.LOGS_TAIL,
        className="button live",
        title="Show new rows as they come",
        **aria(pressed="false"),
    )
    return html.Div(
        [
            html.Div([field, suggestions], className="expression-place"),
            html.Button("Find", id=ids.LOGS_FIND, className="button primary"),
            tail,
            _columns(),
            _exports(),
        ],
        className="toolbar",
    )


def _told() -> Component:
    order = dmc.Select(
        id=ids.LOGS_ORDER,
        data=[{"value": order.value, "label": text} for order, text in _ORDERS.items()],
        value=LogOrder.NEWEST.value,
        allowDeselect=False,
        size="xs",
        **aria(label="Order of the rows"),
    )
    return html.Div(
        [
            html.Span(id=ids.LOGS_COUNT, role="status"),
            html.Span(id=ids.LOGS_SKIPPED),
            html.Span(
                [html.Button("More rows", id=ids.LOGS_MORE, className="button", disabled=True), order], className="end"
            ),
        ],
        className="told",
    )


def _columns() -> Component:
    boxes = dmc.CheckboxGroup(
        html.Div([dmc.Checkbox(label=text, value=name, size="xs") for name, text in log_rows.CHOICES],
                 className="columns-choice"),
        id=ids.LOGS_COLUMNS,
        value=list(log_rows.SHOWN),
    )  # fmt: skip
    return menu.controls(icon_button(ids.LOGS_COLUMNS_OPEN, "columns", "Choose columns"), boxes)


def _exports() -> Component:
    items = ((ids.LOGS_EXPORT_CSV, "CSV"), (ids.LOGS_EXPORT_JSON, "JSON lines"), (ids.LOGS_EXPORT_PARQUET, "Parquet"))
    button = icon_button(ids.LOGS_EXPORT, "export", "Export what matches")
    return menu.menu(button, [menu.item(name, text) for name, text in items], title="Up to 10,000 rows that match")
