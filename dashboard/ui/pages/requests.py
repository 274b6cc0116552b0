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
from meshhub.errors import NotFound, StorageError

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
    """What is known at once is shown, and then asked for whole: by the same callback, so that the answer to an older
    question never stands over a newer one."""

    @app.callback(
        Output(ids.REQUESTS_JOURNEY, "children"),
        Output(ids.REQUESTS_RETRY, "disabled"),
        Output(ids.REQUESTS_REST, "max_intervals"),
        Input(ids.LOCATION, "search"),
        Input(ids.REQUESTS_RETRY, "n_intervals"),
        Input(ids.REQUESTS_REST, "n_intervals"),
        on_error=_failure,
    )
    def show(search: str | None, _retries: int | None, rests: int | None) -> tuple[Component | None, bool, Any]:
        view = query.parse(search)
        if not view.request_id:
            return None, True, no_update
        links = Links(around.prefix, search or "")
        if ctx.triggered_id == ids.REQUESTS_REST:
            return _whole(around, view.request_id, view.hop, links), True, no_update
        seen = around.reads.requests.glance(view.request_id)
        if seen.whole:
            return journey.journey(seen.journey, view.hop, links), True, no_update
        return journey.journey(seen.journey, view.hop, links, rest=journey.AWAITED), True, (rests or 0) + 1


def _whole(around: Surroundings, request_id: str, hop: str, links: Links) -> Component:
    """The whole journey; where only its beginning can be read, that, and why."""
    try:
        return journey.journey(around.reads.requests.journey(request_id), hop, links)
    except StorageError as error:
        seen = around.reads.requests.glance(request_id)
        return journey.journey(seen.journey, hop, links, rest=f"What surrounds this request is not shown: {error}")


def _failure(error: Exception) -> tuple[Any, bool, Any]:
    """The card of an error. What is not found is looked for again: it may be on its way."""
    if isinstance(error, NotFound):
        return journey.not_found(error), False, no_update
    if ctx.triggered_id == ids.REQUESTS_RETRY:
        return no_update, True, no_update
    return cards.error_card(error), True, no_update
