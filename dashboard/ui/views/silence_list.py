"""All silences: what they match, until when, by whom; those in force can be ended."""

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from alerting.alerts.model import Alert
from alerting.reason import words
from alerting.silences import Silence, SilenceState
from dashboard.ui import format as fmt
from dashboard.ui.views.alert_look import at, mark, summary
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.deed_button import deed_button
from dashboard.ui.views.parts import Content, code, health_mark, table
from topology.health.model import Health

MOST_EXPIRED = 50
MOST_COVERED = 20
_STATES = {
    SilenceState.ACTIVE: (Health.DEGRADED, "in force"),
    SilenceState.PENDING: (Health.IDLE, "begins later"),
    SilenceState.EXPIRED: (Health.HEALTHY, "over"),
}
_HEAD = ("State", "Matches", "From", "Until", "By", "Why", "")


def silence_list(silences: Sequence[Silence], now: datetime) -> Component:
    """Those in force first, then those that begin later, then the last that are over."""
    if not silences:
        return empty_card("No silences", html.P("Make one at the right, or from an alert."))
    order = list(_STATES)
    shown = sorted(silences, key=lambda each: order.index(each.state(now)))
    over = [each for each in shown if each.state(now) is SilenceState.EXPIRED]
    kept = [each for each in shown if each.state(now) is not SilenceState.EXPIRED] + over[:MOST_EXPIRED]
    return html.Div(table(_HEAD, [_row(each, now) for each in kept], numeric=7), className="card wide-table")


def covered(alerts: Sequence[Alert]) -> list[Component]:
    """What a silence would cover now."""
    if not alerts:
        return [html.P("It would cover no alert that goes on now.", className="muted")]
    rows = [html.Li([mark(alert), " ", summary(alert)]) for alert in alerts[:MOST_COVERED]]
    more = len(alerts) - MOST_COVERED
    goes_on = " that goes on now:" if len(alerts) == 1 else " that go on now:"
    return [
        html.P([html.B(f"It would cover {fmt.plural(len(alerts), 'alert')}"), goes_on]),
        html.Ul([*rows, html.Li(f"and {more:,} more") if more > 0 else None], className="covered"),
    ]


def _row(silence: Silence, now: datetime) -> tuple[Content, ...]:
    stands = silence.state(now)
    health, word = _STATES[stands]
    left = f"{words.duration(silence.ends_at - now)} left" if stands is SilenceState.ACTIVE else ""
    end = deed_button("End it", "expire", silence.id) if stands is not SilenceState.EXPIRED else None
    return (
        health_mark(health, word),
        html.Div([html.Div(code(str(matcher))) for matcher in silence.matchers]),
        at(silence.starts_at),
        [html.Div(at(silence.ends_at)), html.Div(left, className="muted small")],
        silence.created_by,
        silence.comment,
        end,
    )
