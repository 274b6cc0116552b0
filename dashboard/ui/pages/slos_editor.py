"""The editor of the SLO page: what it begins with, and what is said of what is written."""

from typing import Any

from dash import Dash, Input, Output, State, no_update

from dashboard.ui import ids
from dashboard.ui.browser import in_browser
from dashboard.ui.links import Links
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.slo_text import own_form
from dashboard.ui.state import slos as state
from dashboard.ui.views import cards, slo_editor
from dashboard.ui.views.slos import EXAMPLE
from meshhub.errors import ConfigurationError, NotFound


def register(app: Dash, around: Surroundings) -> None:
    """Connect the editor."""
    _register_beginning(app, around)
    _register_preview(app, around)
    in_browser(
        app,
        "meshhub_slos",
        "days",
        Output(ids.SLOS_DAYS, "value"),
        Input(ids.SLOS_DAYS, "value"),
        Input(ids.LOCATION, "search"),
    )


def _register_beginning(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.SLOS_TEXT, "value"),
        Output(ids.SLOS_EDITED, "data"),
        Output(ids.SLOS_EDITOR_HEAD, "children"),
        Input(ids.LOCATION, "search"),
        State(ids.SLOS_EDITED, "data"),
        on_error=lambda error: (no_update, no_update, cards.error_card(error)),
    )
    def begin(search: str | None, edited: str | None) -> tuple[Any, Any, Any]:
        """What was written stays while the same thing is edited."""
        edit = state.parse(search).edit
        if not edit or edit == edited:
            return (no_update,) * 3
        return _beginning(around, edit), edit, slo_editor.head(edit, Links(around.prefix, search or ""))


def _beginning(around: Surroundings, edit: str) -> str:
    if edit == state.NEW:
        return EXAMPLE
    if edit == state.DEFAULTS:
        return around.reads.slos.defaults().text
    found = around.reads.slos.overview().states.get(edit)
    if found is None:
        raise NotFound(f"could not find the SLO {edit[:200]}: it is none of those that are evaluated")
    return own_form(found.slo)


def _register_preview(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.SLOS_PREVIEW, "children"),
        Output(ids.SLOS_FAULTS, "children"),
        Output(ids.SLOS_COPY, "children"),
        Input(ids.SLOS_TEXT, "value"),
        Input(ids.SLOS_DAYS, "value"),
        State(ids.LOCATION, "search"),
        on_error=lambda error: (cards.error_card(error), None, no_update),
    )
    def judge(text: str | None, days: str | None, search: str | None) -> tuple[Any, Any, Any]:
        """Faults leave the last preview as it is."""
        written = (text or "")[: slo_editor.MOST_TEXT]
        if not state.parse(search).edit or not written.strip():
            return None, None, None
        length = state.Days(days).length if days in tuple(state.Days) else state.Days.MONTH.length
        try:
            found = around.reads.slos.preview(written, length)
        except ConfigurationError as error:
            return no_update, slo_editor.faults(error, written), None
        return slo_editor.preview(found), None, slo_editor.keep(written)
