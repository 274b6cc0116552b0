"""Promises: all of them, the worst first; one of them in full; and an editor that tries them on the past."""

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, html, no_update
from dash.development.base_component import Component

from dashboard.reads.slos import Defaults
from dashboard.ui import ids
from dashboard.ui.browser import in_browser
from dashboard.ui.burning import node_of
from dashboard.ui.links import Links
from dashboard.ui.pages import slos_editor
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.state import slos as state
from dashboard.ui.views import cards, slo, slo_editor, slos
from dashboard.ui.views.grid import grid
from dashboard.ui.views.parts import aria, icon, link
from meshhub.errors import MeshhubError


def layout() -> Component:
    """Room for the list, for one SLO and for the editor, of which one is shown; no data."""
    find = dmc.TextInput(
        id=ids.SLOS_FIND,
        placeholder="Find by name, owner, service, label or state",
        leftSection=icon("search"),
        size="xs",
        className="find-field",
        value="",
        **aria(label="Find SLOs"),
    )
    told = html.Span(id=ids.SLOS_COUNT, className="muted", role="status")
    table = grid(ids.SLOS_GRID, slos.COLUMNS, "id", label="SLOs")
    listing = html.Div(
        [
            html.Div([find, told, html.Span(id=ids.SLOS_WAYS, className="end")], className="toolbar"),
            html.Div(cards.skeleton(), id=ids.SLOS_MESSAGE),
            html.Div(table, className="grid-place"),
        ],
        className="listing",
    )
    return html.Div(
        [listing, html.Div(id=ids.SLOS_ONE, className="one-place"), slo_editor.layout()],
        id=ids.SLOS_ROOT,
        className="page slos",
    )


def register(app: Dash, around: Surroundings) -> None:
    """Connect the page."""
    _register_list(app, around)
    _register_one(app, around)
    slos_editor.register(app, around)
    in_browser(
        app,
        "meshhub_slos",
        "find",
        Output(ids.SLOS_FIND, "value"),
        Input(ids.SLOS_FIND, "value"),
        Input(ids.SLOS_GRID, "rowData"),
        Input(ids.LOCATION, "search"),
    )
    in_browser(app, "meshhub_slos", "choose", Output(ids.SLOS_ROOT, "data-view"), Input(ids.LOCATION, "search"))


def _register_list(app: Dash, around: Surroundings) -> None:
    outputs = (
        Output(ids.SLOS_GRID, "rowData"),
        Output(ids.SLOS_MESSAGE, "children"),
        Output(ids.SLOS_COUNT, "children"),
        Output(ids.SLOS_WAYS, "children"),
    )

    @app.callback(
        *outputs,
        Input(ids.LOCATION, "search"),
        Input(ids.TICK, "n_intervals"),
        on_error=lambda error: (no_update, cards.error_card(error), "", None),
    )
    def show_list(search: str | None, _ticks: int | None) -> tuple[Any, Any, Any, Any]:
        asked = state.parse(search)
        if asked.name or asked.edit:
            return (no_update,) * 4
        found = around.reads.slos.overview()
        links = Links(around.prefix, search or "")
        defaults = None if found.states else _defaults(around)
        new = link("Write a new SLO", links.here("slos", **{**state.OWN, state.EDIT: state.NEW}))
        message = slos.nothing(found, defaults, links) or slos.notes(found) or None
        return slos.rows(found, links), message, slos.count(found), new


def _defaults(around: Surroundings) -> Defaults | None:
    """What could be promised; None where it cannot be found out: the rest of the page is still worth showing."""
    try:
        return around.reads.slos.defaults()
    except MeshhubError:
        return None


def _register_one(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.SLOS_ONE, "children"),
        Input(ids.LOCATION, "search"),
        Input(ids.SCOPE_TICK, "n_intervals"),
        on_error=cards.error_card,
    )
    def show_one(search: str | None, _ticks: int | None) -> Component | None:
        asked = state.parse(search)
        if not asked.name or asked.edit:
            return None
        found = around.reads.slos.detail(asked.name, (asked.days or state.Days.WEEK).length)
        selector = found.state.slo.selector
        graph = around.reads.graphs.graph(asked.view.window(around.clock.now()))
        service_id = node_of(graph, selector.destination or selector.source)
        return slo.slo(found, service_id, Links(around.prefix, search or ""))
