"""Alerts: what fires, why and since when, who has it in hand, who was told; silences, receivers, who changed what."""

from datetime import timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.ui import ids
from dashboard.ui.browser import in_browser
from dashboard.ui.figures.alert_timeline import Named, alert_timeline, firings
from dashboard.ui.figures.annotations import annotate
from dashboard.ui.links import Links
from dashboard.ui.marks import applied_marks
from dashboard.ui.pages import alerts_deeds
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.reads import AlertReads
from dashboard.ui.state import alerts as state
from dashboard.ui.state.alerts import AlertsState, Tab
from dashboard.ui.views import alert_detail, alert_forms, alert_receivers, alerts, cards
from dashboard.ui.views.alert_group import group_detail
from dashboard.ui.views.alert_look import severity_health, short_name
from dashboard.ui.views.notification_log import notification_log
from dashboard.ui.views.parts import aria, icon
from dashboard.ui.views.service_charts import CONFIG
from dashboard.ui.views.silence_list import silence_list
from dashboard.ui.views.tabs import tabs
from meshhub.clock import Clock
from meshhub.errors import NotFound
from meshhub.model import TimeRange

LOG_ROWS = 200
DAY = timedelta(days=1)
TABS = {
    Tab.ALERTS: "Alerts",
    Tab.SILENCES: "Silences",
    Tab.LOG: "Notification log",
    Tab.RECEIVERS: "Receivers",
    Tab.AUDIT: "Audit log",
}


def layout() -> Component:
    """Tabs, list and panel with its forms; no data."""
    find = dmc.TextInput(
        id=ids.ALERTS_FIND,
        placeholder="Find by text or label: service=cart page",
        leftSection=icon("search"),
        size="xs",
        className="find-field",
        debounce=200,
        value="",
        **aria(label="Find alerts"),
    )
    stores = [
        dcc.Store(id=ids.ALERTS_WHO, storage_type="local"),
        dcc.Store(id=ids.ALERTS_DEED),
        dcc.Store(id=ids.ALERTS_DONE),
        dcc.Store(id=ids.ALERTS_ABOUT),
    ]
    toolbar = html.Div(
        [
            html.Nav(id=ids.ALERTS_TABS, className="tabs", **aria(label="Parts of this page")),
            find,
            html.Span(id=ids.ALERTS_COUNT, className="muted", role="status"),
            html.Span(alert_forms.who(), className="end"),
        ],
        className="toolbar",
    )
    main = html.Div(
        [
            toolbar,
            html.Div(id=ids.ALERTS_SAID, className="said-place", role="status"),
            html.Div(id=ids.ALERTS_TIMELINE, className="timeline-place"),
            html.Div(cards.skeleton(), id=ids.ALERTS_BODY, className="alerts-body"),
        ],
        className="main",
    )
    panel = html.Aside(
        [html.Div(id=ids.ALERTS_DETAIL), alert_forms.acknowledge(), alert_forms.silence()],
        id=ids.ALERTS_PANEL,
        className="panel",
        tabIndex=-1,
    )
    return html.Div([*stores, main, panel], id=ids.ALERTS_ROOT, className="page with-panel alerts")


def register(app: Dash, around: Surroundings) -> None:
    """Connect the page."""
    _register_body(app, around)
    _register_timeline(app, around)
    _register_detail(app, around)
    alerts_deeds.register(app, around)
    _register_browser_side(app)


def _register_body(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.ALERTS_BODY, "children"),
        Output(ids.ALERTS_TABS, "children"),
        Output(ids.ALERTS_COUNT, "children"),
        Input(ids.LOCATION, "search"),
        Input(ids.TICK, "n_intervals"),
        Input(ids.ALERTS_DONE, "data"),
        on_error=lambda error: (cards.error_card(error), no_update, ""),
    )
    def show(search: str | None, _ticks: int | None, _done: Any) -> tuple[Component, list[Component], str]:
        asked, links, reads = state.parse(search), Links(around.prefix, search or ""), around.reads.alerts
        body, count = _body(reads, asked, around.clock, links)
        return body, tabs("alerts", TABS, asked.tab, links, state.OWN), count


def _body(reads: AlertReads, asked: AlertsState, clock: Clock, links: Links) -> tuple[Component, str]:
    if asked.tab is Tab.SILENCES:
        return silence_list(reads.silences(), clock.now()), ""
    if asked.tab is Tab.LOG:
        log = reads.notifications(limit=LOG_ROWS)
        return notification_log(log, links), f"the latest {LOG_ROWS}" if len(log) == LOG_ROWS else ""
    if asked.tab is Tab.RECEIVERS:
        return alert_receivers.receivers(reads.receivers()), ""
    if asked.tab is Tab.AUDIT:
        return alert_receivers.audit(reads.audit()), ""
    statuses = reads.alerts()
    silences = {each.id: each for each in reads.silences()}
    found = alerts.AlertList(statuses, reads.groups(), silences, clock.now())
    return alerts.alert_list(found, asked, links), alerts.count(statuses)


def _register_timeline(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.ALERTS_TIMELINE, "children"),
        Input(ids.LOCATION, "search"),
        Input(ids.SCOPE_TICK, "n_intervals"),
        on_error=lambda _error: None,
    )
    def draw(search: str | None, _ticks: int | None) -> Component | None:
        if state.parse(search).tab is not Tab.ALERTS:
            return None
        reads = around.reads.alerts
        window = TimeRange.last(DAY, now=around.clock.now())
        found = firings(reads.events(2 * DAY), window)
        if not found:
            return None
        told = [alert for entry in reads.notifications(limit=LOG_ROWS) for alert in entry.notification.alerts]
        known = [*told, *(status.alert for status in reads.alerts())]
        names = {each.fingerprint: Named(short_name(each), severity_health(each)) for each in known}
        marks = applied_marks(around.reads.happenings, window)
        figure = annotate(alert_timeline(found, names, window), marks)
        chart = dcc.Graph(figure=figure, config=CONFIG, style={"height": figure["layout"]["height"]})
        return html.Div([html.H3("Fired in the last 24 h"), chart], className="timeline")


def _register_detail(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.ALERTS_DETAIL, "children"),
        Input(ids.LOCATION, "search"),
        Input(ids.TICK, "n_intervals"),
        Input(ids.ALERTS_DONE, "data"),
        on_error=cards.error_card,
    )
    def explain(search: str | None, _ticks: int | None, _done: Any) -> Component | None:
        asked, links, reads = state.parse(search), Links(around.prefix, search or ""), around.reads.alerts
        if asked.alert:
            silences = {each.id: each for each in reads.silences()}
            try:
                return alert_detail.detail(reads.alert(asked.alert), silences, around.clock.now(), links)
            except NotFound as error:
                return alert_detail.gone(str(error), links)
        if asked.group:
            return group_detail(asked.group, reads.groups(), reads.notifications(limit=LOG_ROWS), links)
        return None


def _register_browser_side(app: Dash) -> None:
    def on(function: str, *wiring: Any) -> None:
        in_browser(app, "meshhub_alerts", function, *wiring)

    at = Input(ids.LOCATION, "search")
    on("choose", Output(ids.ALERTS_ROOT, "data-panel"), Output(ids.ALERTS_ROOT, "data-tab"), at)
    on("find", Output(ids.ALERTS_FIND, "value"), Input(ids.ALERTS_FIND, "value"), at)
    name = Output(ids.ALERTS_NAME, "value"), Output(ids.ALERTS_WHO, "data")
    on("who", *name, Input(ids.ALERTS_NAME, "value"), Input(ids.ALERTS_WHO, "data"))
    buttons = Input(ids.ALERTS_ACKNOWLEDGE, "n_clicks"), Input(ids.ALERTS_SILENCE, "n_clicks")
    on("press", Output(ids.ALERTS_PANEL, "data-done"), *buttons)
