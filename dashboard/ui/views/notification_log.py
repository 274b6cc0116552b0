"""What receivers were told: state, attempts and the last answer of each notification, the newest first."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from alerting.ledger.notifications import LogEntry
from alerting.outbox import DeliveryState
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.state import alerts as state
from dashboard.ui.views.alert_look import at, summary
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.parts import Content, health_mark, link, table
from topology.health.model import Health

_STATES = {
    DeliveryState.DELIVERED: (Health.HEALTHY, "delivered"),
    DeliveryState.WAITING: (Health.IDLE, "waiting"),
    DeliveryState.REFUSED: (Health.FAILING, "refused"),
    DeliveryState.SUPERSEDED: (Health.IDLE, "superseded"),
}
_HEAD = ("At", "Receiver", "About", "Why", "State", "Attempts", "Last answer")


def outcome_mark(entry: LogEntry) -> Component:
    """Where it is. What waits after an attempt that failed is tried again."""
    health, word = _STATES[entry.state]
    if entry.state is DeliveryState.WAITING and entry.attempts:
        health, word = Health.DEGRADED, "tried again"
    return health_mark(health, word)


def notification_log(entries: Sequence[LogEntry], links: Links) -> Component:
    """A row for each notification."""
    if not entries:
        return empty_card(
            "Nobody was told of anything yet",
            html.P("Notifications stand here from the moment they are owed, with every attempt to deliver them."),
        )
    return html.Div(table(_HEAD, [_row(entry, links) for entry in entries], numeric=7), className="card wide-table")


def _row(entry: LogEntry, links: Links) -> tuple[Content, ...]:
    told = entry.notification
    shown = [
        html.Div(link(summary(alert), links.here("alerts", **{state.TAB: "", state.ALERT: alert.fingerprint})))
        for alert in told.alerts[:3]
    ]
    if len(told.alerts) > len(shown):
        shown.append(html.Div(f"and {len(told.alerts) - len(shown):,} more", className="muted"))
    waiting = entry.state is DeliveryState.WAITING
    return (
        html.Span(at(told.created_at), title=fmt.exact_moment(told.created_at)),
        [html.B(told.receiver), html.Div(told.channel, className="muted")],
        html.Div(shown, className="about"),
        [html.Div(told.status), html.Div(told.reason.replace("_", " "), className="muted small")],
        [
            outcome_mark(entry),
            html.Div(f"next {fmt.moment(entry.next_at)}", className="muted small") if waiting else None,
        ],
        f"{len(entry.attempts)}",
        _answers(entry),
    )


def _answers(entry: LogEntry) -> Content:
    """The last attempt; all of them on unfolding."""
    if not entry.attempts:
        return html.Span("not tried yet", className="muted")
    last = entry.attempts[-1]
    said = f"{last.detail or last.outcome} ({fmt.moment(last.at)})"
    if len(entry.attempts) == 1:
        return said
    rows = [html.Li(f"{fmt.moment(each.at)} {each.outcome}: {each.detail}") for each in reversed(entry.attempts[-20:])]
    return html.Details([html.Summary(said), html.Ul(rows)])
