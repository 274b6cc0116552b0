"""How an alert looks and reads: its severity by colour, shape and word, and what holds it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from alerting.alerts.model import SEVERITY, Alert, AlertState
from alerting.burning import SLO
from alerting.notify.texts import SUMMARY
from alerting.pager import AlertStatus
from alerting.silences import Silence
from dashboard.ui.theme import MARKS
from topology.health.model import Health

_SEVERITIES = {
    "critical": Health.FAILING,
    "page": Health.FAILING,
    "error": Health.FAILING,
    "warning": Health.DEGRADED,
    "ticket": Health.DEGRADED,
}
_ORDER = (Health.FAILING, Health.DEGRADED, Health.IDLE)


@dataclass(frozen=True, slots=True)
class Hold:
    """Why nobody is told of a firing alert, or not again. `kind` is one word, `text` says more."""

    kind: str
    text: str


def severity(alert: Alert) -> str:
    """As its label says; "alert" where it has none."""
    return alert.labels.get(SEVERITY, "") or "alert"


def severity_health(alert: Alert) -> Health:
    """The look of a severity: what wakes somebody up fails, what can wait is degraded, the rest is idle."""
    return _SEVERITIES.get(severity(alert).lower(), Health.IDLE)


def urgency(alert: Alert) -> int:
    """What to sort by: the most severe first."""
    return _ORDER.index(severity_health(alert))


def mark(alert: Alert) -> Component:
    """Severity where it fires; what became of it where it does not."""
    if alert.state is AlertState.RESOLVED:
        health, word = Health.HEALTHY, "over"
    elif alert.state is AlertState.PENDING:
        health, word = Health.IDLE, f"pending {severity(alert)}"
    else:
        health, word = severity_health(alert), severity(alert)
    return html.Span([html.Span(MARKS[health].glyph, className="glyph"), word], className=f"health {health}")


def summary(alert: Alert) -> str:
    """One line on it."""
    return alert.annotations.get(SUMMARY) or alert.name or "alert"


def short_name(alert: Alert) -> str:
    """What tells it from others in a word or two: severity, and its SLO or its name and service."""
    about = alert.labels.get(SLO) or " ".join(filter(None, (alert.name, alert.labels.get("service", ""))))
    return f"{severity(alert)} · {about}"


def holds(status: AlertStatus, muted: str, silences: Mapping[str, Silence]) -> list[Hold]:
    """What holds an alert back. `muted` names the mute time that holds its route now; empty for none."""
    alert = status.alert
    if alert.state is AlertState.RESOLVED:
        return []
    found = [Hold("silenced", silence_words(silences.get(each), each)) for each in status.silenced_by]
    if status.inhibited_by is not None:
        found.append(Hold("inhibited", status.inhibited_by.reason))
    if muted:
        found.append(Hold("muted", f"mute time {muted}"))
    if alert.acknowledged is not None:
        said = f": {alert.acknowledged.comment}" if alert.acknowledged.comment else ""
        found.append(Hold("acknowledged", f"by {alert.acknowledged.by}{said}"))
    return found


def silence_words(silence: Silence | None, silence_id: str) -> str:
    """Who silenced it, until when, and why."""
    if silence is None:
        return silence_id
    why = f": {silence.comment}" if silence.comment else ""
    return f"by {silence.created_by} until {at(silence.ends_at)}{why}"


def badges(found: list[Hold]) -> list[Component]:
    """One for each hold."""
    return [html.Span([html.B(each.kind), f" {each.text}"], className=f"hold {each.kind}") for each in found]


def at(time: datetime) -> str:
    """A moment to the minute, with its date."""
    return f"{time:%Y-%m-%d %H:%M} UTC"
