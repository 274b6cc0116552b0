"""What the hub answers the access-log page: rows, facets, histogram, one row, completion, files."""

from base64 import b64encode
from dataclasses import asdict
from typing import Any

from dash import Dash, Input, Output, State, ctx, no_update
from dash.development.base_component import Component

from dashboard.reads.log_answers import ExportFormat, LogOrder, LogPage
from dashboard.ui import ids
from dashboard.ui.figures.annotations import annotate
from dashboard.ui.figures.log_histogram import histogram
from dashboard.ui.links import Links
from dashboard.ui.marks import applied_marks
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.reads import LogReads
from dashboard.ui.state import logs as state
from dashboard.ui.state.logs import LogsState
from dashboard.ui.views import cards, log_detail, log_facets, log_rows, logs
from dashboard.ui.views.expression_fault import expression_fault
from meshhub.errors import NotFound
from meshhub.expression import ExpressionFault
from meshhub.model import TimeRange
from storage.records.search import LogLine

PAGE_ROWS = 250
MAX_PAGES = 20
FACETS = ("outcome", "status", "flag", "details", "source", "destination", "route", "method", "reporter", "security")
EXPORTED_ROWS = 10_000
LONGEST_TEXT = 4_000
_TYPES = {
    ExportFormat.CSV: "text/csv",
    ExportFormat.JSON: "application/x-ndjson",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}


def register(app: Dash, around: Surroundings) -> None:
    """Connect the answers."""
    _register_rows(app, around)
    _register_spread(app, around)
    _register_detail(app, around)
    _register_completion(app, around)
    _register_files(app, around)


def _register_rows(app: Dash, around: Surroundings) -> None:
    outputs = (
        Output(ids.LOGS_GRID, "rowData"),
        Output(ids.LOGS_MESSAGE, "children"),
        Output(ids.LOGS_COUNT, "children"),
        Output(ids.LOGS_MORE, "disabled"),
        Output(ids.LOGS_FAULT, "children"),
    )

    @app.callback(
        *outputs,
        Input(ids.LOCATION, "search"),
        Input(ids.TICK, "n_intervals"),
        Input(ids.LOGS_MORE, "n_clicks"),
        State(ids.LOGS_SCROLLED, "data"),
        on_error=_failure,
    )
    def list_rows(search: str | None, _ticks: int | None, more: int | None, scrolled: bool | None) -> tuple[Any, ...]:
        asked = state.parse(search)
        if ctx.triggered_id == ids.TICK and (scrolled or asked.tail):
            return (no_update,) * 5
        window = asked.view.window(around.clock.now())
        found, cursor = _pages(around.reads.logs, asked, window, min(MAX_PAGES, 1 + (more or 0)))
        message = None if found else logs.nothing(asked, window, Links(around.prefix, search or ""))
        last = cursor is None or len(found) >= MAX_PAGES * PAGE_ROWS
        rows = log_rows.rows(found, Links(around.prefix, search or ""))
        return rows, message, logs.count(len(found), window, asked, more=cursor is not None), last, []


def _pages(reads: LogReads, asked: LogsState, window: TimeRange, pages: int) -> tuple[list[LogLine], str | None]:
    """The rows of so many pages, and where they go on; orders that do not go on have one page."""
    if asked.order not in (LogOrder.NEWEST, LogOrder.OLDEST):
        return list(reads.rows(window, asked.full_expression, asked.order, None, PAGE_ROWS).rows), None
    found: list[LogLine] = []
    cursor: str | None = None
    for _ in range(pages):
        page: LogPage = reads.rows(window, asked.full_expression, asked.order, cursor, PAGE_ROWS)
        found += page.rows
        cursor = page.cursor
        if cursor is None:
            break
    return found, cursor


def _failure(error: Exception) -> tuple[Any, ...]:
    """A fault of the expression stands below it, and the rows stay as they are; anything else is a card."""
    if isinstance(error, ExpressionFault):
        return no_update, None, no_update, no_update, expression_fault(_asked_expression(), error)
    return no_update, cards.error_card(error), "", True, []


def _asked_expression() -> str:
    """The expression of the URL that the callback was called with."""
    return state.parse(ctx.inputs.get(f"{ids.LOCATION}.search") or "").full_expression


def _register_spread(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.LOGS_FACETS, "children"),
        Input(ids.LOCATION, "search"),
        Input(ids.TICK, "n_intervals"),
        on_error=lambda _error: no_update,
    )
    def list_facets(search: str | None, _ticks: int | None) -> Component:
        asked = state.parse(search)
        window = asked.view.window(around.clock.now())
        return log_facets.facets(around.reads.logs.facets(window, asked.full_expression, FACETS))

    @app.callback(
        Output(ids.LOGS_CHART, "figure"),
        Input(ids.LOCATION, "search"),
        Input(ids.TICK, "n_intervals"),
        on_error=lambda _error: no_update,
    )
    def draw(search: str | None, _ticks: int | None) -> Any:
        asked = state.parse(search)
        window = asked.view.window(around.clock.now())
        figure = histogram(around.reads.logs.histogram(window, asked.full_expression))
        return annotate(figure, applied_marks(around.reads.happenings, window))


def _register_detail(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.LOGS_PANEL, "children"),
        Input(ids.LOCATION, "search"),
        on_error=cards.error_card,
    )
    def explain(search: str | None) -> Component | None:
        asked, links = state.parse(search), Links(around.prefix, search or "")
        if not asked.row:
            return None
        try:
            return log_detail.detail(around.reads.logs.row(asked.row), links)
        except NotFound as error:
            return log_detail.gone(links, str(error))


def _register_completion(app: Dash, around: Surroundings) -> None:
    @app.callback(Output(ids.LOGS_OFFERED, "data"), Input(ids.LOGS_WRITTEN, "data"), on_error=lambda _error: no_update)
    def suggest(written: Any) -> Any:
        if not isinstance(written, dict):
            return no_update
        text, cursor = str(written.get("text", ""))[:LONGEST_TEXT], int(written.get("cursor") or 0)
        found = around.reads.logs.complete(text, cursor)
        return {"text": text, "suggestions": [asdict(each) for each in found]}


def _register_files(app: Dash, around: Surroundings) -> None:
    buttons = {
        ids.LOGS_EXPORT_CSV: ExportFormat.CSV,
        ids.LOGS_EXPORT_JSON: ExportFormat.JSON,
        ids.LOGS_EXPORT_PARQUET: ExportFormat.PARQUET,
    }

    @app.callback(
        Output(ids.LOGS_DOWNLOAD, "data"),
        *(Input(button, "n_clicks") for button in buttons),
        State(ids.LOCATION, "search"),
        prevent_initial_call=True,
        on_error=lambda _error: no_update,
    )
    def export(*given: Any) -> Any:
        form = buttons.get(str(ctx.triggered_id))
        if form is None or not any(given[:-1]):
            return no_update
        asked = state.parse(given[-1])
        window = asked.view.window(around.clock.now())
        content = b"".join(around.reads.logs.export(window, asked.full_expression, form, EXPORTED_ROWS))
        name = f"access-logs-{window.end:%Y%m%d-%H%M%S}.{form.value if form is not ExportFormat.JSON else 'jsonl'}"
        return {"content": b64encode(content).decode(), "filename": name, "base64": True, "type": _TYPES[form]}
