"""One group as its receiver sees it: where it is routed, and what the receiver was told."""

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from alerting.groups import Group
from alerting.ledger.notifications import LogEntry
from alerting.specification.quantities import length_text
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.state import alerts as state
from dashboard.ui.views.alert_detail import close
from dashboard.ui.views.alert_look import at, mark, summary, urgency
from dashboard.ui.views.notification_log import outcome_mark
from dashboard.ui.views.parts import Content, code, facts, link, section, table

SHOWN = 50


def group_detail(key: str, groups: Sequence[Group], log: Sequence[LogEntry], links: Links) -> Component:
    """The panel of a group by its key, also where it is over."""
    found = next((each for each in groups if each.key == key), None)
    entries = [entry for entry in log if entry.notification.group_key == key][:SHOWN]
    labels = found.labels if found else entries[0].notification.group_labels if entries else {}
    return html.Div(
        [
            close(links),
            html.H2(_labels(labels) or "All together"),
            _firing(found, links) if found else html.P("Nothing of this group fires now."),
            _routing(found) if found else None,
            section("What was told", _told(entries)),
        ],
        className="stack group-detail",
    )


def _labels(labels: Mapping[str, str]) -> Content:
    return [code(f"{name}={value}") for name, value in labels.items()]


def _firing(found: Group, links: Links) -> Component:
    members = sorted(found.alerts, key=lambda each: (urgency(each), each.fingerprint))
    rows = [
        html.Li([mark(each), " ", link(summary(each), links.here("alerts", **{state.ALERT: each.fingerprint}))])
        for each in members[:SHOWN]
    ]
    return section(fmt.plural(len(members), "alert"), html.Ul(rows, className="covered"))


def _routing(found: Group) -> Component:
    route = found.route
    return section(
        "Routing",
        facts(
            (
                ("Receiver", route.receiver),
                ("Waits for more", length_text(route.group_wait) if route.group_wait else "not at all"),
                ("Tells changes after", length_text(route.group_interval) if route.group_interval else "at once"),
                ("Repeats after", length_text(route.repeat_interval)),
                ("Mute times", ", ".join(mute.name for mute in route.mute_times)),
            )
        ),
    )


def _told(entries: Sequence[LogEntry]) -> Component:
    if not entries:
        return html.P("Nothing yet.", className="muted")
    rows = [
        (
            html.Span(at(entry.notification.created_at), className="muted"),
            f"{entry.notification.channel}: {entry.notification.reason.replace('_', ' ')}",
            outcome_mark(entry),
        )
        for entry in entries
    ]
    return table(("At", "What", ""), rows, numeric=3)
