"""The mesh: what is wired to the hub and what is not, and why; every proxy; the history of its configuration."""

from dash import Dash, Input, Output, html, no_update
from dash.development.base_component import Component

from dashboard.ui import ids
from dashboard.ui.links import Links
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.reads import Reads
from dashboard.ui.state import mesh as state
from dashboard.ui.state.mesh import MeshState, Tab
from dashboard.ui.views import cards, doctor, mesh_proxies, wiring_history
from dashboard.ui.views.parts import aria
from dashboard.ui.views.tabs import tabs

VERSIONS = 200
TABS = {Tab.WIRING: "Wiring", Tab.PROXIES: "Proxies", Tab.HISTORY: "History"}


def layout() -> Component:
    """Tabs and room for a part; no data."""
    bar = html.Div(
        html.Nav(id=ids.MESH_TABS, className="tabs", **aria(label="Parts of this page")), className="toolbar"
    )
    return html.Div([bar, html.Div(cards.skeleton(), id=ids.MESH_BODY, className="mesh-body")], className="page mesh")


def register(app: Dash, around: Surroundings) -> None:
    """Connect the page. It is about now, and looks again every minute."""

    @app.callback(
        Output(ids.MESH_BODY, "children"),
        Output(ids.MESH_TABS, "children"),
        Input(ids.LOCATION, "search"),
        Input(ids.SCOPE_TICK, "n_intervals"),
        on_error=lambda error: (cards.error_card(error), no_update),
    )
    def show(search: str | None, _ticks: int | None) -> tuple[Component, list[Component]]:
        asked, links = state.parse(search), Links(around.prefix, search or "")
        return _body(around.reads, asked, links), tabs("mesh", TABS, asked.tab, links, state.OWN)


def _body(reads: Reads, asked: MeshState, links: Links) -> Component:
    if asked.tab is Tab.HISTORY:
        if asked.version is None:
            return wiring_history.history(reads.wiring.history(limit=VERSIONS), links)
        return wiring_history.version(reads.wiring.version(asked.version), links)
    checkup = reads.doctor.checkup()
    if asked.tab is Tab.PROXIES:
        return mesh_proxies.proxies(checkup)
    return doctor.doctor(checkup, links)
