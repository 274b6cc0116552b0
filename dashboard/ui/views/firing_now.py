"""How many alerts fire, by severity: a badge that stands on every page."""

from collections import Counter
from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from alerting.alerts.model import AlertState
from alerting.heartbeat import HEARTBEAT
from alerting.pager import AlertStatus
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.theme import MARKS
from dashboard.ui.views.alert_look import severity, severity_health, urgency

_NOUNS = ("page", "ticket", "warning", "error")


def badge(statuses: Sequence[AlertStatus], links: Links) -> Component | None:
    """What fires and is not held back, the most severe first, and a link to it; None where nothing does."""
    firing = [each for each in statuses if each.alert.state is AlertState.FIRING and each.alert.name != HEARTBEAT]
    told = [each.alert for each in firing if not each.silenced_by and not each.inhibited_by]
    if not told:
        return None
    worst = sorted(told, key=urgency)
    counts = Counter((severity(alert), severity_health(alert)) for alert in worst)
    words = [f"{MARKS[health].glyph} {_counted(number, name)}" for (name, health), number in counts.items()]
    held = f", {len(firing) - len(told):,} more held back" if len(firing) > len(told) else ""
    away = dict.fromkeys(links.own(), "")
    made: Component = dcc.Link(
        [html.Span(word) for word in words[:2]],
        href=links.here("alerts", **away),
        className=f"firing-now {severity_health(worst[0])}",
        title=f"{fmt.plural(len(told), 'alert')} firing: {', '.join(words)}{held}",
    )
    return made


def _counted(number: int, name: str) -> str:
    """Severities that are nouns have a plural: "2 pages", "2 critical"."""
    return fmt.plural(number, name, "" if name in _NOUNS else name)
