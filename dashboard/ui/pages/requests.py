"""One request by its id: what happened to it, hop by hop."""

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.ui import ids, query
from dashboard.ui.browser import in_browser
from dashboard.ui.links import Links
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.views import cards, journey
from dashboard.ui.views.parts import aria, icon
from meshhub.errors import NotFound

RETRY_MILLISECONDS = 3_000


def layout() -> Component:
    """The field for the id, and room for the journey; no data."""
    field = dmc.TextInput(
        id=ids.REQUESTS_ID,
        placeholder="x-request-id, for example 6f1c9d52-8f0e-9c1b-9c53-0b6a2d4f7e11",
        leftSection=icon("search"),
        className="request-id",
        value="",
        **aria(label="Request id"),
    )
    return html.Div(
        [
            dcc.Interval(id=ids.REQUESTS_RETRY, interval=RETRY_MILLISECONDS, disabled=True),
            html.Div(
                [field, html.Button("Find", id=ids.REQUESTS_FIND, className="button primary")], className="toolbar find"
            ),
            html.Div(id=ids.REQUESTS_JOURNEY, className="journey-place"),
        ],
        className="page requests",
    )


def register(app: Dash, around: Surroundings) -> None:
    """Connect the page."""
    _register_journey(app, around)
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
    def show(search: str | None, _retries: int | None) -> tuple[Component, bool]:
        view = query.parse(search)
        if not view.request_id:
            return journey.invitation(), True
        found = around.reads.requests.journey(view.request_id)
        return journey.journey(found, view.hop, Links(around.prefix, search or "")), True


def _failure(error: Exception) -> tuple[Any, bool]:
    """The card of an error. What is not found is looked for again: it may be on its way."""
    if isinstance(error, NotFound):
        return journey.not_found(error), False
    if ctx.triggered_id == ids.REQUESTS_RETRY:
        return no_update, True
    return cards.error_card(error), True
