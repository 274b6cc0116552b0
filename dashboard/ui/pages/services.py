"""Every service, what hurts most first; and one of them in full."""

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component

from dashboard.ui import ids
from dashboard.ui.browser import in_browser
from dashboard.ui.links import Links
from dashboard.ui.marks import as_marks
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.state import services as state
from dashboard.ui.views import cards, service, services
from dashboard.ui.views.grid import grid
from dashboard.ui.views.parts import aria, icon


def layout() -> Component:
    """Room for the list and for one service, of which one is shown; no data."""
    find = dmc.TextInput(
        id=ids.SERVICES_FIND,
        placeholder="Find by name, namespace, version or health",
        leftSection=icon("search"),
        size="xs",
        className="find-field",
        value="",
        **aria(label="Find services"),
    )
    table = grid(ids.SERVICES_GRID, services.COLUMNS, "id", label="Services")
    listing = html.Div(
        [
            html.Div([find, html.Span(id=ids.SERVICES_COUNT, className="muted", role="status")], className="toolbar"),
            html.Div(cards.skeleton(), id=ids.SERVICES_MESSAGE),
            html.Div(table, className="grid-place"),
        ],
        className="listing",
    )
    return html.Div(
        [listing, html.Div(id=ids.SERVICES_ONE, className="one-place")], id=ids.SERVICES_ROOT, className="page services"
    )


def register(app: Dash, around: Surroundings) -> None:
    """Connect the page."""
    _register_list(app, around)
    _register_one(app, around)
    in_browser(
        app,
        "meshhub_services",
        "find",
        Output(ids.SERVICES_FIND, "value"),
        Input(ids.SERVICES_FIND, "value"),
        Input(ids.SERVICES_GRID, "rowData"),
        Input(ids.LOCATION, "search"),
    )
    in_browser(app, "meshhub_services", "choose", Output(ids.SERVICES_ROOT, "data-view"), Input(ids.LOCATION, "search"))


def _register_list(app: Dash, around: Surroundings) -> None:
    outputs = (
        Output(ids.SERVICES_GRID, "rowData"),
        Output(ids.SERVICES_MESSAGE, "children"),
        Output(ids.SERVICES_COUNT, "children"),
    )

    @app.callback(
        *outputs,
        Input(ids.LOCATION, "search"),
        Input(ids.TICK, "n_intervals"),
        on_error=lambda error: (no_update, cards.error_card(error), ""),
    )
    def show_list(search: str | None, _ticks: int | None) -> tuple[Any, Any, Any]:
        asked = state.parse(search)
        if asked.service_id:
            return no_update, no_update, no_update
        found = around.reads.services.services(asked.view.window(around.clock.now()))
        health = around.reads.insights.health(found.graph)
        links = Links(around.prefix, search or "")
        rows = services.rows(found, health, asked.view, links)
        return rows, services.nothing(found, asked.view, links), services.count(len(rows), found, health)


def _register_one(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.SERVICES_ONE, "children"),
        Input(ids.LOCATION, "search"),
        Input(ids.TICK, "n_intervals"),
        State(ids.SERVICES_ONE, "id"),
        on_error=cards.error_card,
    )
    def show_one(search: str | None, _ticks: int | None, _id: str) -> Component | None:
        asked = state.parse(search)
        if not asked.service_id:
            return None
        found = around.reads.services.service(asked.service_id, asked.view.window(around.clock.now()), asked.side)
        health = around.reads.insights.health(found.graph)
        series = around.reads.insights.node_series(asked.service_id, found.window)
        happenings = around.reads.happenings
        happened = (
            *happenings.crossings(found.node, found.window),
            *happenings.applied(found.window, found.node),
        )
        return service.service(found, health, series, Links(around.prefix, search or ""), as_marks(happened))
