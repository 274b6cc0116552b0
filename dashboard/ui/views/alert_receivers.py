"""Who can be told, over which channels, with a test; and who changed what."""

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from alerting.ledger.ledger import AuditEntry
from alerting.outbox import Outcome, Result
from dashboard.ui.views.alert_look import at
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.deed_button import deed_button
from dashboard.ui.views.parts import code, copyable, health_mark, table
from topology.health.model import Health

MOST_ENTRIES = 200
EXAMPLE = """\
receivers:
  - name: oncall
    pagerduty: [{routing_key_file: /etc/meshhub/pagerduty.key}]
route:
  receiver: oncall
  group_by: [namespace, service]
"""
_RESULTS = {
    Result.DELIVERED: (Health.HEALTHY, "delivered"),
    Result.RETRY: (Health.DEGRADED, "failed, would be tried again"),
    Result.REFUSED: (Health.FAILING, "refused"),
}


def receivers(found: Mapping[str, Sequence[str]]) -> Component:
    """A row for each, with a button that sends a test to it."""
    if not found:
        return empty_card(
            "Nobody is told of alerts",
            [
                html.P(["Alerts are shown here and nowhere else. Name receivers in a file …"]),
                copyable(EXAMPLE, "Copy the file"),
                html.P(["… and the file in the settings:"]),
                copyable("alerting:\n  notifications: notifications.yaml\n", "Copy the settings"),
            ],
        )
    rows = [
        (html.B(name), ", ".join(channels) or "no channels: nobody is told", deed_button("Send a test", "test", name))
        for name, channels in sorted(found.items())
    ]
    return html.Div(table(("Receiver", "Channels", ""), rows, numeric=3), className="card wide-table")


def tested(receiver: str, outcomes: Sequence[tuple[str, Outcome]]) -> list[Component]:
    """How a test went, by channel."""
    return [
        html.P([f"Test of {receiver} over {channel}: ", health_mark(*_RESULTS[outcome.result]), f" {outcome.detail}"])
        for channel, outcome in outcomes
    ]


def audit(entries: Sequence[AuditEntry]) -> Component:
    """Who did what, the newest first."""
    if not entries:
        return empty_card(
            "Nobody changed anything yet", html.P("Acknowledgements and silences stand here, with who made them.")
        )
    rows = [
        (at(each.at), html.B(each.who), each.what, code(each.subject), each.detail) for each in entries[:MOST_ENTRIES]
    ]
    return html.Div(table(("At", "Who", "What", "Subject", "Detail"), rows, numeric=5), className="card wide-table")
