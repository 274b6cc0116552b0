"""What happens in the frame: routing, freshness, the lists of namespaces and services, texts to share."""

from dataclasses import asdict
from typing import Any

from dash import Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from dashboard.ui import controls, graph_scope, ids, named, query
from dashboard.ui.browser import in_browser
from dashboard.ui.frame import COMPARISONS
from dashboard.ui.links import Links
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.pages.table import PAGES, find
from dashboard.ui.share import share
from dashboard.ui.views import cards, firing_now, freshness, places
from dashboard.ui.views.who import who
from meshhub.principal import acting


def register(app: Dash, around: Surroundings) -> None:
    """Connect the frame."""
    _register_route(app, around)
    _register_who(app)
    _register_freshness(app, around)
    _register_firing(app, around)
    _register_places(app, around)
    _register_share(app, around)
    _register_browser_side(app)
    _register_search(app)
    controls.bind(app, controls.FRAME_CONTROLS)


def _register_route(app: Dash, around: Surroundings) -> None:
    @app.callback(Output(ids.PAGE, "children"), Input(ids.LOCATION, "pathname"))
    def route(pathname: str | None) -> Component:
        page = find(pathname, around.prefix)
        return page.layout() if page else cards.no_page(pathname or "", PAGES, around.prefix)


def _register_who(app: Dash) -> None:
    @app.callback(Output(ids.WHO, "children"), Input(ids.PROVIDER, "id"), on_error=lambda _error: None)
    def show(_once: str) -> Component | None:
        return who(acting())


def _register_freshness(app: Dash, around: Surroundings) -> None:
    outputs = Output(ids.AGE, "children"), Output(ids.BANNER, "children")

    @app.callback(*outputs, Input(ids.AGE_TICK, "n_intervals"), on_error=freshness.unknown)
    def refresh(_ticks: int | None) -> tuple[Component, Component | None]:
        age = around.reads.hub.age()
        return freshness.badge(age), freshness.banner(age)


def _register_firing(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.FIRING, "children"),
        Input(ids.AGE_TICK, "n_intervals"),
        State(ids.LOCATION, "search"),
        on_error=lambda _error: None,
    )
    def count(_ticks: int | None, search: str | None) -> Component | None:
        return firing_now.badge(around.reads.alerts.alerts(), Links(around.prefix, search or ""))


def _register_places(app: Dash, around: Surroundings) -> None:
    outputs = (
        Output(ids.CLUSTERS, "data"),
        Output(ids.CLUSTERS, "className"),
        Output(ids.SCOPE, "data"),
        Output(ids.PLACES, "data"),
    )

    @app.callback(
        *outputs,
        Input(ids.SCOPE_TICK, "n_intervals"),
        Input(ids.WINDOW, "value"),
        State(ids.LOCATION, "search"),
        on_error=lambda _error: (no_update,) * 4,
    )
    def list_places(
        _ticks: int | None, _window: str, search: str | None
    ) -> tuple[list[str], str, list[str], dict[str, Any]]:
        view = query.parse(search)
        graph = around.reads.graphs.graph(view.window(around.clock.now()))
        clusters = sorted({*graph_scope.clusters(graph), *view.clusters})
        namespaces = sorted({*graph_scope.namespaces(graph), *view.namespaces})
        shown = "scope" if len(clusters) > 1 or view.clusters else "scope single"
        found = places.places(
            graph,
            PAGES,
            around.prefix,
            routes=named.routes(around.reads, graph.window),
            promises=named.promises(around.reads),
        )
        return clusters, shown, namespaces, found


def _register_share(app: Dash, around: Surroundings) -> None:
    @app.callback(Output(ids.SHARE_TEXTS, "data"), Input(ids.LOCATION, "href"))
    def texts(href: str | None) -> dict[str, str]:
        address, _, search = (href or "").partition("?")
        page = find("/" + "/".join(address.split("/")[3:]), around.prefix)
        return asdict(share(page.path if page else "", search, href or ""))


def _register_browser_side(app: Dash) -> None:
    def on(function: str, *wiring: Any) -> None:
        in_browser(app, "meshhub_frame", function, *wiring)

    at = Input(ids.LOCATION, "pathname"), Input(ids.LOCATION, "search")
    on("scheme", Output(ids.SCHEME, "data"), Input(ids.THEME, "n_clicks"), State(ids.SCHEME, "data"))
    on("paint", Output(ids.PROVIDER, "forceColorScheme"), Input(ids.SCHEME, "data"))
    on("navigate", *at, Input(ids.PLACES, "data"))
    on("follow", Output(ids.TICK, "disabled"), Output(ids.LIVE, "aria-pressed"), Input(ids.LOCATION, "search"))
    on("toggle_live", Input(ids.LIVE, "n_clicks"))
    on("move", Input(ids.BACK, "n_clicks"), Input(ids.FORWARD, "n_clicks"))
    on("heard", Input(ids.AGE, "children"))
    choices = [Input(name, "n_clicks") for name, _, _ in COMPARISONS]
    on("compare", *choices, Input(ids.COMPARE_CUSTOM, "value"), State(ids.COMPARISONS, "data"))
    named = Input(ids.LOCATION, "search"), State(ids.COMPARISONS, "data")
    on("name_comparison", Output(ids.COMPARE, "children"), *named)
    on("help", Output(ids.HELP_DIALOG, "opened"), Input(ids.HELP, "n_clicks"), State(ids.HELP_DIALOG, "opened"))
    copies = [Input(name, "n_clicks") for name in (ids.COPY_LINK, ids.COPY_CURL, ids.COPY_CLI)]
    on("copy", *copies, State(ids.SHARE_TEXTS, "data"))


def _register_search(app: Dash) -> None:
    in_browser(
        app,
        "meshhub_search",
        "offer",
        Output(ids.SEARCH, "data"),
        Input(ids.PLACES, "data"),
        Input(ids.LOCATION, "search"),
    )
    in_browser(
        app,
        "meshhub_search",
        "go",
        Output(ids.SEARCH, "value"),
        Input(ids.SEARCH, "value"),
        Input(ids.SEARCH, "n_submit"),
        State(ids.PLACES, "data"),
    )
