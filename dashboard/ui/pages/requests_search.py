"""The search of the requests page: the expression, what it finds, and what differs in a part of it."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from dash import Dash, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui import ids
from dashboard.ui.browser import in_browser
from dashboard.ui.figures.annotations import annotate
from dashboard.ui.figures.log_histogram import empty
from dashboard.ui.figures.scatter import scatter
from dashboard.ui.links import Links
from dashboard.ui.marks import applied_marks
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.searches import Searches
from dashboard.ui.state import requests as state
from dashboard.ui.state.requests import Box, RequestsState
from dashboard.ui.views import cards, request_facets, request_results
from dashboard.ui.views.expression_fault import expression_fault
from meshhub.expression import ExpressionFault
from meshhub.model import TimeRange
from traces.search import Point

LONGEST_TEXT = 4_000
NAMED_AT_MOST = 80
"""So many picked requests are named one by one; more would not fit into an expression."""


def register(app: Dash, around: Surroundings) -> None:
    """Connect the search."""
    searches = Searches()
    _register_run(app, around, searches)
    _register_poll(app, around, searches)
    _register_overview(app, around)
    _register_difference(app, around)
    _register_completion(app, around)
    _register_browser_side(app)


def _register_run(app: Dash, around: Surroundings, searches: Searches) -> None:
    @app.callback(
        Output(ids.REQUESTS_JOB, "data"),
        Output(ids.REQUESTS_FAULT, "children"),
        Input(ids.REQUESTS_ASKED, "data"),
        Input(ids.REQUESTS_RETRY, "n_intervals"),
        State(ids.REQUESTS_JOB, "data"),
        on_error=lambda error: ({"error": True}, cards.error_card(error)),
    )
    def run(asked: str | None, _retries: int | None, before: dict[str, Any] | None) -> tuple[Any, Any]:
        searches.cancel((before or {}).get("name", ""))
        wanted = state.parse(asked)
        if asked is None or wanted.view.request_id:
            return None, []
        window = wanted.view.window(around.clock.now())
        try:
            name = searches.start(around.reads.search.stream(window, wanted.expression, wanted.sort, wanted.rows))
        except ExpressionFault as fault:
            return None, expression_fault(wanted.expression, fault)
        found = searches.progress(name)
        if found is not None and isinstance(found.error, ExpressionFault):
            return None, expression_fault(wanted.expression, found.error)
        return {"name": name, "asked": asked}, []


def _register_poll(app: Dash, around: Surroundings, searches: Searches) -> None:
    outputs = (
        Output(ids.REQUESTS_GRID, "rowData"),
        Output(ids.REQUESTS_PROGRESS, "children"),
        Output(ids.REQUESTS_MESSAGE, "children"),
        Output(ids.REQUESTS_POLL, "disabled"),
    )

    @app.callback(
        *outputs,
        Input(ids.REQUESTS_JOB, "data"),
        Input(ids.REQUESTS_POLL, "n_intervals"),
        Input(ids.REQUESTS_CANCEL, "n_clicks"),
        on_error=lambda error: ([], "", cards.error_card(error), True),
    )
    def follow(job: dict[str, Any] | None, _polls: int | None, _cancels: int | None) -> tuple[Any, Any, Any, bool]:
        name = (job or {}).get("name", "")
        if ctx.triggered_id == ids.REQUESTS_CANCEL:
            searches.cancel(name)
        found = searches.progress(name)
        if found is None:
            return [], "", None, True
        if found.error is not None:
            raise found.error
        asked = (job or {}).get("asked", "")
        wanted, links = state.parse(asked), Links(around.prefix, asked)
        page = found.page
        made = request_results.rows(page.hits, links) if page else no_update
        empty = request_results.nothing(wanted, links) if page and found.ended and page.done and not page.hits else None
        says = [request_results.progress(page, ended=found.ended), " ", request_results.more(page, wanted, links)]
        return made, says, empty, found.ended


def _register_overview(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.REQUESTS_SCATTER, "figure"),
        Output(ids.REQUESTS_FACETS, "children"),
        Input(ids.REQUESTS_JOB, "data"),
        on_error=lambda error: (empty(), cards.error_card(error)),
    )
    def overview(job: dict[str, Any] | None) -> tuple[dict[str, Any], Component | None]:
        if not job or "asked" not in job:
            return empty(), None
        wanted = state.parse(job["asked"])
        window = wanted.view.window(around.clock.now())
        points = around.reads.search.scatter(window, wanted.expression)
        found = around.reads.search.facets(window, wanted.expression)
        figure = annotate(scatter(points), applied_marks(around.reads.happenings, window))
        return figure, request_facets.facets(found, wanted, Links(around.prefix, job["asked"]))


def _register_difference(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.REQUESTS_DIFFERENCE, "children"),
        Input(ids.REQUESTS_PICKED, "data"),
        on_error=lambda error: None if isinstance(error, ExpressionFault) else cards.error_card(error),
    )
    def differ(picked: str | None) -> Component | None:
        wanted = state.parse(picked)
        if wanted.view.request_id or (wanted.box is None and not wanted.failed):
            return None
        window = wanted.view.window(around.clock.now())
        selection, words, exact = _selection(around, wanted, window)
        found = around.reads.search.difference(window, selection, wanted.expression)
        links = Links(around.prefix, picked or "")
        made = request_facets.difference(found, words, wanted, links, exact)
        return html.Div([made, request_facets.zoom(wanted.box, links)])


def _register_completion(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.REQUESTS_SUGGESTIONS, "data"),
        Input(ids.REQUESTS_COMPLETE, "data"),
        on_error=lambda _error: no_update,
    )
    def suggest(question: Any) -> Any:
        if not isinstance(question, dict):
            return no_update
        text, cursor = str(question.get("text", ""))[:LONGEST_TEXT], int(question.get("cursor", 0))
        return question | {"suggestions": [asdict(each) for each in around.reads.search.complete(text, cursor)]}

    in_browser(
        app,
        "meshhub_expressions",
        "show",
        Output(ids.REQUESTS_SUGGESTIONS, "modified_timestamp"),
        Input(ids.REQUESTS_SUGGESTIONS, "data"),
    )


def _register_browser_side(app: Dash) -> None:
    def on(function: str, *wiring: Any) -> None:
        in_browser(app, "meshhub_requests", function, *wiring)

    at = Input(ids.LOCATION, "search")
    for part in (ids.REQUESTS_ASKED, ids.REQUESTS_PICKED):
        on("narrow", Output(part, "data"), at, State(part, "data"), State(part, "id"))
    on("ask", Output(ids.REQUESTS_QUERY, "value"), at, Input(ids.REQUESTS_QUERY, "n_submit"))
    on("sort", Output(ids.REQUESTS_SORT, "value"), at, Input(ids.REQUESTS_SORT, "value"))
    on("view", Output(ids.REQUESTS_RESULTS, "data-view"), at)
    on(
        "pick",
        Output(ids.REQUESTS_SCATTER, "selectedData"),
        Input(ids.REQUESTS_SCATTER, "selectedData"),
        Input(ids.REQUESTS_SCATTER, "clickData"),
    )


def _selection(around: Surroundings, wanted: RequestsState, window: TimeRange) -> tuple[str, str, bool]:
    """An expression for what was picked, what that is in words, and whether it is just that."""
    within = f"({wanted.expression}) and " if wanted.expression else ""
    box = wanted.box
    if box is None:
        return f"{within}error", "Requests that failed, against all that fit the search.", True
    points = around.reads.search.scatter(window, wanted.expression).points
    picked = [point for point in points if _inside(point, box)]
    first, last = (datetime.fromtimestamp(time / 1000, UTC) for time in (box.first_ms, box.last_ms))
    words = (
        f"Requests from {fmt.moment(first)} to {fmt.moment(last)} that took {fmt.duration(box.shortest_us)} to "
        f"{fmt.duration(box.longest_us)}."
    )
    if 0 < len(picked) <= NAMED_AT_MOST:
        return _named(picked), words, True
    return f"{within}duration >= {max(box.shortest_us, 0):.0f}us and duration <= {box.longest_us:.0f}us", words, False


def _inside(point: Point, box: Box) -> bool:
    started = point.start_unix_nano / 1e6
    return box.first_ms <= started <= box.last_ms and box.shortest_us <= point.duration_us <= box.longest_us


def _named(picked: list[Point]) -> str:
    """Exactly these requests, by what they are looked up by."""
    traces = [f'"{point.id}"' for point in picked if point.sampled]
    others = [f'"{point.id}"' for point in picked if not point.sampled and '"' not in point.id and "\\" not in point.id]
    parts = [
        f"{field} in ({', '.join(ids_)})" for field, ids_ in (("trace_id", traces), ("request_id", others)) if ids_
    ]
    return " or ".join(parts)
