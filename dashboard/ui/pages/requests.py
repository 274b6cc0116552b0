"""Requests: what a search finds; and one by its id, what happened to it, hop by hop."""

from typing import Any

from dash import Dash, Input, Output, State, ctx, no_update
from dash.development.base_component import Component

from dashboard.ui import ids, query
from dashboard.ui.browser import in_browser
from dashboard.ui.links import Links
from dashboard.ui.pages import requests_search
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.pages.requests_layout import layout
from dashboard.ui.views import cards, journey
from meshhub.errors import NotFound

__all__ = ["layout", "register"]


def register(app: Dash, around: Surroundings) -> None:
    """Connect the page."""
    _register_journey(app, around)
    requests_search.register(app, around)
    in_browser(
        app,
        "meshhub_requests",
        "find",
        Output(ids.REQUESTS_ID, "value"),
        Input(ids.LOCATION, "search"),
        Input(ids.REQUESTS_FIND, "n_clicks"),
        Input(ids.REQUESTS_ID, "n_submit"),
        State(ids.REQUESTS_ID, "id"),
    )


def _register_journey(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.REQUESTS_JOURNEY, "children"),
        Output(ids.REQUESTS_RETRY, "disabled"),
        Input(ids.LOCATION, "search"),
        Input(ids.REQUESTS_RETRY, "n_intervals"),
        on_error=_failure,
    )
    def show(search: str | None, _retries: int | None) -> tuple[Component | None, bool]:
        view = query.parse(search)
        if not view.request_id:
            return None, True
        found = around.reads.requests.journey(view.request_id)
        return journey.journey(found, view.hop, Links(around.prefix, search or "")), True


def _failure(error: Exception) -> tuple[Any, bool]:
    """The card of an error. What is not found is looked for again: it may be on its way."""
    if isinstance(error, NotFound):
        return journey.not_found(error), False
    if ctx.triggered_id == ids.REQUESTS_RETRY:
        return no_update, True
    return cards.error_card(error), True
