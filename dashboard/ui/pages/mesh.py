"""The mesh: what is wired to the hub and what is not, and why; every proxy; the history of its configuration."""

from typing import Any

from dash import Dash, Input, Output, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.ui import ids
from dashboard.ui.links import Links
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.reads import Reads
from dashboard.ui.state import mesh as state
from dashboard.ui.state.mesh import MeshState, Tab
from dashboard.ui.views import ads_overview, cards, doctor, mesh_proxies, wiring_bundles, wiring_history
from dashboard.ui.views.parts import aria, icon
from dashboard.ui.views.tabs import tabs
from meshhub.errors import UnusableRequest

VERSIONS = 200
MOST_NAME = 300
AUTHOR = "dashboard"
"""Who changed it, in the history, where nobody is logged in."""
TABS = {Tab.WIRING: "Wiring", Tab.PROXIES: "Proxies", Tab.BUNDLES: "Bundles", Tab.HISTORY: "History"}


def layout() -> Component:
    """Tabs and room for a part; no data."""
    bar = html.Div(
        html.Nav(id=ids.MESH_TABS, className="tabs", **aria(label="Parts of this page")), className="toolbar"
    )
    said = html.Div(id=ids.MESH_SAID, className="said-place", role="status")
    body = html.Div(cards.skeleton(), id=ids.MESH_BODY, className="mesh-body")
    stores = [dcc.Store(id=ids.MESH_DEED), dcc.Store(id=ids.MESH_DONE)]
    return html.Div([*stores, bar, said, body], className="page mesh")


def register(app: Dash, around: Surroundings) -> None:
    """Connect the page. It is about now, and looks again every minute."""

    @app.callback(
        Output(ids.MESH_BODY, "children"),
        Output(ids.MESH_TABS, "children"),
        Input(ids.LOCATION, "search"),
        Input(ids.SCOPE_TICK, "n_intervals"),
        Input(ids.MESH_DONE, "data"),
        on_error=lambda error: (cards.error_card(error), no_update),
    )
    def show(search: str | None, _ticks: int | None, _done: Any) -> tuple[Component, list[Component]]:
        asked, links = state.parse(search), Links(around.prefix, search or "")
        return _body(around.reads, asked, links), tabs("mesh", TABS, asked.tab, links, state.OWN)

    @app.callback(
        Output(ids.MESH_SAID, "children"),
        Output(ids.MESH_DONE, "data"),
        Input(ids.MESH_DEED, "data"),
        prevent_initial_call=True,
        on_error=lambda error: (cards.error_card(error), no_update),
    )
    def mend(given: Any) -> tuple[Any, Any]:
        """Make the change that a diagnosis offers, as assets/mesh.js tells it."""
        if not isinstance(given, dict):
            return no_update, no_update
        service = str(given.get("service") or "")[:MOST_NAME] or None
        done = around.reads.proxies.set_sampling(percent_of(given.get("percent")), service=service, author=AUTHOR)
        return html.Div([icon("check"), html.Span(done)], className="note done"), given.get("at")


def percent_of(given: Any) -> float:
    """A percentage as a browser tells it.

    Raises:
        UnusableRequest: it is none.
    """
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 100:
        raise UnusableRequest(f"could not change sampling to {str(given)[:20]}: expected a number from 0 to 100")
    return float(given)


def _body(reads: Reads, asked: MeshState, links: Links) -> Component:
    if asked.tab is Tab.HISTORY:
        if asked.version is None:
            return wiring_history.history(reads.wiring.history(limit=VERSIONS), links)
        return wiring_history.version(reads.wiring.version(asked.version), links)
    if asked.tab is Tab.BUNDLES:
        return wiring_bundles.bundles(reads.wiring.bundles.bundles(), links)
    checkup = reads.doctor.checkup()
    if asked.tab is Tab.PROXIES:
        return html.Div([ads_overview.overview(reads.proxies.overview()), mesh_proxies.proxies(checkup)])
    return doctor.doctor(checkup, links)
