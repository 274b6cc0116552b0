"""The live tail of access logs: rows come in as the hub takes them, at most so many, and none while one reads."""

from typing import Any

from dash import Dash, Input, Output, State, no_update

from dashboard.ui import ids
from dashboard.ui.browser import in_browser
from dashboard.ui.links import Links
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.state import logs as state
from dashboard.ui.views import log_rows

MOST_ROWS = 1_000
"""More rows than these leave the table at its end."""
ROWS_AT_A_TIME = 200


def register(app: Dash, around: Surroundings) -> None:
    """Connect the tail."""

    @app.callback(
        Output(ids.LOGS_TAILED, "data"),
        Output(ids.LOGS_SKIPPED, "children"),
        Input(ids.LOGS_TAIL_TICK, "n_intervals"),
        State(ids.LOCATION, "search"),
        State(ids.LOGS_TAILED, "data"),
        prevent_initial_call=True,
        on_error=lambda _error: (no_update, "The hub does not answer: the tail waits."),
    )
    def follow(_ticks: int | None, search: str | None, before: Any) -> Any:
        asked = state.parse(search)
        if not asked.tail:
            return no_update, ""
        expression = asked.full_expression
        known = before if isinstance(before, dict) and before.get("expression") == expression else {}
        found = around.reads.logs.tail(expression, known.get("cursor"), ROWS_AT_A_TIME)
        rows = log_rows.rows(reversed(found.rows), Links(around.prefix, search or ""))
        skipped = f"{found.skipped:,} more came than are shown." if found.skipped else ""
        return {"expression": expression, "cursor": found.cursor, "rows": rows}, skipped

    def on(function: str, *wiring: object) -> None:
        in_browser(app, "meshhub_logs", function, *wiring)

    on("toggle_tail", Output(ids.LOGS_TAIL, "data-done"), Input(ids.LOGS_TAIL, "n_clicks"))
    on(
        "follow",
        Output(ids.LOGS_TAIL_TICK, "disabled"),
        Output(ids.LOGS_TAIL, "aria-pressed"),
        Output(ids.LOGS_TAIL_WORD, "children"),
        Input(ids.LOCATION, "search"),
        Input(ids.LOGS_SCROLLED, "data"),
    )
    on("append", Output(ids.LOGS_COUNT, "data-done"), Input(ids.LOGS_TAILED, "data"), State(ids.LOGS_MOST, "data"))
