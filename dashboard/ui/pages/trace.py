"""One trace: its waterfall, and other ways to look at it; compared with another; out of a file."""

import base64
import binascii
from typing import Any

from dash import Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from dashboard.reads.traces import FILE_PREFIX, Rank, UnusableTraceId
from dashboard.ui import ids
from dashboard.ui.browser import in_browser
from dashboard.ui.figures.trace_drawing import flame, service_map
from dashboard.ui.figures.trace_rows import span_at, trace_rows
from dashboard.ui.links import Links
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.pages.trace_layout import layout
from dashboard.ui.state import trace as state
from dashboard.ui.state.trace import Tab, TraceState
from dashboard.ui.views import cards, trace_head, trace_tabs
from dashboard.ui.views.trace_compare import comparison
from dashboard.ui.views.trace_span import span_panel
from dashboard.ui.views.trace_summary import summary
from meshhub.errors import MeshhubError, NotFound
from traces.otlp_json import UnreadableTrace
from traces.trace_find import find
from traces.trace_model import Trace, TraceSpan

__all__ = ["layout", "register"]


def register(app: Dash, around: Surroundings) -> None:
    """Connect the page."""
    _register_trace(app, around)
    _register_panel(app, around)
    _register_find(app, around)
    _register_tab(app, around)
    _register_file(app, around)
    _register_browser_side(app)


def _register_trace(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.TRACE_HEAD, "children"),
        Output(ids.TRACE_ROWS, "data"),
        Output(ids.TRACE_LOADED, "data"),
        Input(ids.TRACE_ASKED, "data"),
        Input(ids.TRACE_RELOAD, "n_clicks"),
        on_error=lambda error: (cards.error_card(error), None, None),
    )
    def show(asked: str | None, reloads: int | None) -> tuple[Component, dict[str, Any] | None, str | None]:
        wanted = state.parse(asked)
        links = Links(around.prefix, asked or "")
        if not wanted.trace_id:
            return trace_head.invitation(), None, None
        try:
            trace = around.reads.traces.trace(wanted.trace_id, fresh=bool(reloads))
            if wanted.other_id:
                other = around.reads.traces.trace(wanted.other_id)
                found = around.reads.traces.compare(wanted.trace_id, wanted.other_id)
                return comparison(trace, other, found, links), None, None
        except (NotFound, UnusableTraceId) as error:
            return trace_head.not_found(error, wanted, links), None, None
        return trace_head.head(trace, wanted, links), trace_rows(trace), f"{trace.trace_id} {reloads or 0}"


def _register_panel(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.TRACE_PANEL, "children"),
        Input(ids.TRACE_CHOSEN, "data"),
        Input(ids.TRACE_LOADED, "data"),
        on_error=cards.error_card,
    )
    def explain(chosen: str | None, loaded: str | None) -> Component | None:
        wanted = state.parse(chosen)
        trace = _trace(around, wanted) if loaded else None
        if trace is None:
            return None
        span = span_at(trace, wanted.span)
        if span is None:
            return summary(trace)
        return span_panel(trace, span, _rank(around, wanted, span), Links(around.prefix, chosen or ""))


def _register_find(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.TRACE_HITS, "data"),
        Input(ids.TRACE_SOUGHT, "data"),
        on_error=lambda _error: None,
    )
    def seek(sought: str | None) -> list[int] | None:
        wanted = state.parse(sought)
        trace = _trace(around, wanted) if wanted.find.strip() else None
        return None if trace is None else list(find(trace, wanted.find))


def _register_tab(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.TRACE_TAB, "children"),
        Output(ids.TRACE_DRAWING, "data"),
        Input(ids.TRACE_TABBED, "data"),
        Input(ids.TRACE_LOADED, "data"),
        on_error=lambda error: (cards.error_card(error), None),
    )
    def draw(tabbed: str | None, loaded: str | None) -> tuple[Component | None, dict[str, Any] | None]:
        wanted = state.parse(tabbed)
        trace = _trace(around, wanted) if loaded and wanted.tab is not Tab.TIMELINE else None
        if trace is None:
            return None, None
        if wanted.tab in (Tab.MAP, Tab.FLAME):
            return None, service_map(trace) if wanted.tab is Tab.MAP else flame(trace)
        return _tab(trace, wanted, Links(around.prefix, tabbed or "")), None


def _register_file(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.TRACE_OPENED, "data"),
        Input(ids.TRACE_FILE, "contents"),
        prevent_initial_call=True,
        on_error=lambda error: {"says": str(error) if isinstance(error, MeshhubError) else "could not open the file"},
    )
    def open_file(contents: str | None) -> Any:
        if not contents:
            return no_update
        try:
            content = base64.b64decode(contents.partition(",")[2], validate=True)
        except binascii.Error as error:
            raise UnreadableTrace("could not read the file: the browser sent it in pieces") from error
        inspected = around.reads.traces.inspect(content)
        name, spans = inspected.traces[0]
        others = f", the largest of {len(inspected.traces)} traces" if len(inspected.traces) > 1 else ""
        return {"name": name, "says": f"{inspected.kind}: {spans:,} spans{others}"}


def _register_browser_side(app: Dash) -> None:
    def on(function: str, *wiring: Any) -> None:
        in_browser(app, "meshhub_trace", function, *wiring)

    for part in (ids.TRACE_ASKED, ids.TRACE_CHOSEN, ids.TRACE_SOUGHT, ids.TRACE_TABBED):
        on("narrow", Output(part, "data"), Input(ids.LOCATION, "search"), State(part, "data"), State(part, "id"))
    at = Input(ids.LOCATION, "search")
    on("draw", Output(ids.TRACE_TIMELINE, "data-drawn"), Input(ids.TRACE_ROWS, "data"), at)
    on("mark", Output(ids.TRACE_FOUND, "children"), Input(ids.TRACE_HITS, "data"))
    on("paint", Output(ids.TRACE_CANVAS, "data-drawn"), Input(ids.TRACE_DRAWING, "data"))
    on("opened", Output(ids.TRACE_FILE, "contents"), Input(ids.TRACE_OPENED, "data"))
    on(
        "ask",
        Output(ids.TRACE_ID, "value"),
        Output(ids.TRACE_OTHER, "value"),
        at,
        Input(ids.TRACE_SHOW, "n_clicks"),
        Input(ids.TRACE_ID, "n_submit"),
        Input(ids.TRACE_COMPARE, "n_clicks"),
        Input(ids.TRACE_OTHER, "n_submit"),
    )


def _trace(around: Surroundings, wanted: TraceState) -> Trace | None:
    """The trace that is asked for; None where there is none, or two are compared."""
    if not wanted.trace_id or wanted.other_id:
        return None
    try:
        return around.reads.traces.trace(wanted.trace_id)
    except (NotFound, UnusableTraceId):
        return None


def _rank(around: Surroundings, wanted: TraceState, span: TraceSpan) -> Rank | None:
    """Its place among its peers; a span shows without, too: it is no reason to fail, and none for a file's."""
    if wanted.trace_id.startswith(FILE_PREFIX):
        return None
    try:
        return around.reads.traces.rank(span)
    except MeshhubError:
        return None


def _tab(trace: Trace, wanted: TraceState, links: Links) -> Component:
    if wanted.tab is Tab.STATISTICS:
        return trace_tabs.statistics(trace)
    if wanted.tab is Tab.TABLE:
        return trace_tabs.span_table(trace, links)
    if wanted.tab is Tab.LOGS:
        return trace_tabs.logs(trace, links)
    return trace_tabs.as_json(trace, span_at(trace, wanted.span))
