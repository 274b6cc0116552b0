"""One alert explained: why it fires, since when, what holds it back, what happened, and who was told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from dash import html
from dash.development.base_component import Component

from alerting.alerts.model import Alert, AlertState
from alerting.burning import EXAMPLES, SLO
from alerting.notify.texts import DESCRIPTION, REASON, SUMMARY
from alerting.reason import words
from alerting.silences import Silence
from dashboard.reads.alerts import AlertHistory
from dashboard.ui.links import Links
from dashboard.ui.state import alerts as state
from dashboard.ui.views.alert_look import at, badges, holds, mark, summary
from dashboard.ui.views.notification_log import outcome_mark
from dashboard.ui.views.parts import Content, code, facts, icon, link, moment, section, table

EVENTS_SHOWN = 30
_SOURCES = {"slo": "an SLO", "hub": "the hub about itself", "heartbeat": "the heartbeat", "posted": "another tool"}
_TOLD = frozenset({SUMMARY, DESCRIPTION, REASON, EXAMPLES, "runbook_url"})


def detail(found: AlertHistory, silences: Mapping[str, Silence], now: datetime, links: Links) -> Component:
    """The panel of one alert."""
    alert = found.status.alert
    held = holds(found.status, "", silences)
    return html.Div(
        [
            close(links),
            html.H2([mark(alert), html.Span(alert.name or "alert")]),
            html.P(summary(alert), className="verdict"),
            html.P(alert.annotations.get(DESCRIPTION)) if alert.annotations.get(DESCRIPTION) else None,
            html.P(badges(held), className="holds") if held else None,
            _reason(alert),
            html.Ul([html.Li(way) for way in _ways(alert, links)], className="ways-list"),
            facts(
                (
                    ("Began", moment(alert.starts_at)),
                    ("Fires since", moment(alert.fired_at) if alert.fired_at else None),
                    ("For", words.duration((alert.ends_at or now) - (alert.fired_at or alert.starts_at))),
                    ("Over", moment(alert.ends_at) if alert.ends_at else None),
                    ("Made by", _SOURCES.get(found.status.source, found.status.source)),
                    ("Flapping", "yes: it comes and goes" if alert.flapping else None),
                )
            ),
            section("Labels", html.P([piece for each in _labels(alert) for piece in (each, " ")])),
            _others(alert),
            section("What happened", _events(found)),
            section("Who was told", _told(found)),
        ],
        className=f"stack alert-detail {alert.state}",
    )


def gone(message: str, links: Links) -> Component:
    """What stands where an alert is over and forgotten, or never was."""
    return html.Div(
        [
            close(links),
            html.H2("Not here any more"),
            html.P(f"{message[:1].upper()}{message[1:]}."),
            html.P(link("Look into the notification log", links.here("alerts", **{**state.OWN, state.TAB: "log"}))),
        ],
        className="stack",
    )


def close(links: Links) -> Component:
    """The way out of the panel; Esc presses it."""
    away = {state.ALERT: "", state.GROUP: ""}
    return html.Div(
        link([icon("close"), "Close"], links.here("alerts", **away), label="Close (Esc)"), className="close"
    )


def _reason(alert: Alert) -> Component | None:
    lines = [line for line in alert.annotations.get(REASON, "").splitlines() if line.strip()]
    if not lines:
        return None
    head = "Why, as it was when it began" if alert.state is not AlertState.RESOLVED else "Why"
    return section(head, html.Ul([html.Li(line) for line in lines], className="reasons"))


def _ways(alert: Alert, links: Links) -> Iterable[Content]:
    slo = alert.labels.get(SLO) or _slo_of(alert.generator_url)
    if slo:
        yield ["SLO: ", link(slo, links.here("slos", **{**state.OWN, "slo": slo}))]
    elif _foreign(alert.generator_url):
        yield ["Made by: ", _outside(alert.generator_url)]
    runbook = alert.annotations.get("runbook_url", "")
    if _foreign(runbook):
        yield ["Runbook: ", _outside(runbook)]
    examples = alert.annotations.get(EXAMPLES, "").split()[:5]
    if examples:
        shown = [link(code(each), links.here("requests", **{**state.OWN, "id": each})) for each in examples]
        yield ["Requests that show it: ", *(piece for each in shown for piece in (each, " "))]


def _slo_of(address: str) -> str:
    parts = urlsplit(address)
    return parse_qs(parts.query).get("slo", [""])[0] if parts.path.endswith("/ui/slos") and not parts.netloc else ""


def _foreign(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def _outside(address: str) -> Component:
    return html.A(address, href=address, className="link", rel="noreferrer", target="_blank")


def _labels(alert: Alert) -> list[Component]:
    return [code(f"{name}={value}") for name, value in sorted(alert.labels.items())]


def _others(alert: Alert) -> Component | None:
    rest = [(name, text) for name, text in sorted(alert.annotations.items()) if name not in _TOLD and text]
    return section("Also said", facts(rest)) if rest else None


def _events(found: AlertHistory) -> Component:
    rows = [
        html.Li([moment(event.at), f" {event.what}", f" by {event.text}" if event.what == "acknowledged" else ""])
        for event in found.events[:EVENTS_SHOWN]
    ]
    return html.Ul(rows) if rows else html.P("Nothing is written of it.", className="muted")


def _told(found: AlertHistory) -> Component:
    if not found.notifications:
        return html.P("Nobody.", className="muted")
    rows = [
        (
            html.Span(at(entry.notification.created_at), className="muted"),
            f"{entry.notification.receiver} · {entry.notification.channel}",
            outcome_mark(entry),
        )
        for entry in found.notifications[:EVENTS_SHOWN]
    ]
    return table(("At", "Receiver", ""), rows, numeric=3)
