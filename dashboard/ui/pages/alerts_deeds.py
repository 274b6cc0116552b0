"""What people do on the alerts page: acknowledge, silence, end a silence, test a receiver. Every deed has a name."""

from dataclasses import dataclass
from typing import Any

from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component

from alerting.silences import Silence
from dashboard.api.alerts_body import WantedSilence
from dashboard.api.silence_form import read_silence
from dashboard.ui import ids
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.state import alerts as state
from dashboard.ui.views import alert_forms, cards
from dashboard.ui.views.alert_look import at
from dashboard.ui.views.alert_receivers import tested
from dashboard.ui.views.parts import icon
from dashboard.ui.views.silence_list import covered
from meshhub.errors import MeshhubError, NotFound, UnusableRequest

NOBODY = "nobody yet"
MOST_SUBJECT = 300


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done, by whom. `subject` is a fingerprint, the id of a silence or the name of a receiver."""

    kind: str
    who: str
    subject: str
    comment: str
    matchers: str
    duration: str


def read_deed(given: Any) -> Deed:
    """A deed as assets/alerts.js tells it.

    Raises:
        UnusableRequest: it names nobody who does it.
    """
    found = given if isinstance(given, dict) else {}

    def text(name: str, longest: int) -> str:
        return str(found.get(name) or "").strip()[:longest]

    deed = Deed(
        text("kind", 20),
        text("who", alert_forms.MOST_NAME),
        text("subject", MOST_SUBJECT),
        text("comment", alert_forms.MOST_COMMENT),
        text("matchers", alert_forms.MOST_MATCHERS),
        text("duration", 16),
    )
    if not deed.who:
        raise UnusableRequest("could not do that: say who you are first, in the field at the top")
    return deed


def register(app: Dash, around: Surroundings) -> None:
    """Connect the deeds and the forms."""
    _register_deeds(app, around)
    _register_form(app, around)


def _register_deeds(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.ALERTS_SAID, "children"),
        Output(ids.ALERTS_DONE, "data"),
        Input(ids.ALERTS_DEED, "data"),
        prevent_initial_call=True,
        on_error=lambda error: (_failed(error), no_update),
    )
    def do(given: Any) -> tuple[Any, Any]:
        if not given:
            return no_update, no_update
        said = _do(read_deed(given), around)
        return html.Div([icon("check"), html.Div(said)], className="note done"), given.get("at")


def _do(deed: Deed, around: Surroundings) -> list[Component]:
    reads = around.reads.alerts
    if deed.kind == "acknowledge":
        alert = reads.acknowledge(deed.subject, deed.who, deed.comment)
        return [html.P(f"{deed.who} has {alert.name} in hand.")]
    if deed.kind == "silence":
        made = reads.silence(_silence(deed.matchers, deed.duration, deed.who, deed.comment, around), deed.who)
        return [html.P(f"Silenced until {at(made.ends_at)}.")]
    if deed.kind == "expire":
        reads.expire(deed.subject, deed.who)
        return [html.P("The silence is over.")]
    if deed.kind == "test":
        return tested(deed.subject, reads.test(deed.subject, deed.who))
    raise UnusableRequest(f"could not do {deed.kind or 'nothing'}: this page does no such thing")


def _silence(matchers: str, duration: str, who: str, comment: str, around: Surroundings) -> Silence:
    wanted = WantedSilence(matchers=matchers, duration=duration, created_by=who, comment=comment)
    return read_silence(wanted, around.clock.now())


def _failed(error: Exception) -> Component:
    if not isinstance(error, MeshhubError):
        return cards.error_card(error)
    text = str(error)
    return html.Div([icon("alert"), html.Span(f"{text[:1].upper()}{text[1:]}")], className="note failed", role="alert")


def _register_form(app: Dash, around: Surroundings) -> None:
    @app.callback(
        Output(ids.ALERTS_MATCHERS, "value"),
        Output(ids.ALERTS_ABOUT, "data"),
        Input(ids.LOCATION, "search"),
        State(ids.ALERTS_ABOUT, "data"),
        on_error=lambda _error: (no_update, no_update),
    )
    def prefill(search: str | None, about: str | None) -> tuple[Any, Any]:
        """The matchers of another alert; what was written stays while the same one is looked at."""
        fingerprint = state.parse(search).alert
        if fingerprint == (about or ""):
            return no_update, no_update
        if not fingerprint:
            return "", ""
        try:
            found = around.reads.alerts.alert(fingerprint)
        except NotFound:
            return "", fingerprint
        return alert_forms.matchers_of(found.status.alert), fingerprint

    @app.callback(
        Output(ids.ALERTS_COVERED, "children"),
        Input(ids.ALERTS_MATCHERS, "value"),
        Input(ids.ALERTS_DURATION, "value"),
        Input(ids.ALERTS_DONE, "data"),
        on_error=_failed,
    )
    def preview(matchers: str | None, duration: str | None, _done: Any) -> Any:
        written = (matchers or "").strip()[: alert_forms.MOST_MATCHERS]
        if not written:
            return None
        wanted = _silence(written, duration or next(iter(alert_forms.DURATIONS)), NOBODY, "", around)
        return covered(around.reads.alerts.preview(wanted))
