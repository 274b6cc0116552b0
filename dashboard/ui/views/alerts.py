"""The alerts as receivers see them: in groups, what fires first, and what holds an alert back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from alerting.alerts.model import Alert, AlertState
from alerting.groups import Group
from alerting.pager import AlertStatus
from alerting.reason import words
from alerting.silences import Silence
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.state import alerts as state
from dashboard.ui.state.alerts import AlertsState
from dashboard.ui.views.alert_look import Hold, badges, holds, mark, severity, severity_health, summary, urgency
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.parts import code, icon, link
from topology.health.model import Health

MOST_ROWS = 300
"""More alerts than a person can read are counted, not drawn."""


@dataclass(frozen=True, slots=True)
class AlertList:
    """All that the list shows. `silences` are by id."""

    alerts: Sequence[AlertStatus]
    groups: Sequence[Group]
    silences: Mapping[str, Silence]
    now: datetime


def alert_list(found: AlertList, asked: AlertsState, links: Links) -> Component:
    """Groups of firing alerts, the most severe first; then those that are pending, and those that were just over."""
    statuses = {each.alert.fingerprint: each for each in found.alerts if matches(each.alert, asked.find)}
    groups = [
        (each, [statuses[a.fingerprint] for a in each.alerts if a.fingerprint in statuses]) for each in found.groups
    ]
    shown = sorted(((each, members) for each, members in groups if members), key=lambda pair: _first(*pair))
    rest = [
        _part(title, [each for each in statuses.values() if each.alert.state is wanted], found, asked, links)
        for wanted, title in ((AlertState.PENDING, "Pending"), (AlertState.RESOLVED, "Over in the last hour"))
    ]
    if not shown and not any(rest):
        return _nothing(found, asked, links)
    room, parts = MOST_ROWS, []
    for each, members in shown:
        if room <= 0:
            break
        parts.append(_group(each, members[:room], len(members), found, asked, links))
        room -= len(members)
    hidden = sum(len(members) for _, members in shown) - MOST_ROWS
    if hidden > 0:
        parts.append(html.P(f"and {hidden:,} more: narrow them down above", className="muted more"))
    return html.Div([*parts, *(part for part in rest if part is not None)], className="alert-groups")


def count(found: Iterable[AlertStatus]) -> str:
    """How many fire, and how many of them nobody is told of."""
    firing = [each for each in found if each.alert.state is AlertState.FIRING]
    held = sum(bool(each.silenced_by or each.inhibited_by) for each in firing)
    said = f"{len(firing):,} firing"
    return f"{said} · {held:,} held back" if held else said


def matches(alert: Alert, find: str) -> bool:
    """Whether every word that is looked for is in its labels or its summary."""
    text = " ".join((summary(alert), alert.state.value, *(f"{k}={v}" for k, v in alert.labels.items()))).lower()
    return all(word in text for word in find.lower().split())


def _first(group: Group, members: Sequence[AlertStatus]) -> tuple[bool, int, str]:
    """Groups of which somebody is told come first, then by severity."""
    told = [each for each in members if not each.silenced_by and not each.inhibited_by]
    return not told, min(urgency(each.alert) for each in told or members), group.key


def _group(
    group: Group,
    members: Sequence[AlertStatus],
    total: int,
    found: AlertList,
    asked: AlertsState,
    links: Links,
) -> Component:
    muted = group.route.muted(found.now)
    labels = [code(f"{name}={value}") for name, value in group.labels.items()] or [html.Span("all together")]
    chosen = " chosen" if asked.group == group.key else ""
    ordered = sorted(members, key=lambda each: (urgency(each.alert), each.alert.starts_at, each.alert.fingerprint))
    return html.Section(
        [
            html.Header(
                [
                    html.H3(labels),
                    html.Span(
                        [
                            f"{fmt.plural(total, 'alert')} → ",
                            html.B(group.route.receiver),
                            html.Span(f", muted: {muted}", className="hold muted") if muted else None,
                            " ",
                            link("link", links.here("alerts", **{state.GROUP: group.key, state.ALERT: ""})),
                        ],
                        className="aside",
                    ),
                ]
            ),
            *(_row(each, holds(each, muted, found.silences), found.now, asked, links) for each in ordered),
        ],
        className=f"alert-group{chosen}",
    )


def _part(
    title: str, statuses: Sequence[AlertStatus], found: AlertList, asked: AlertsState, links: Links
) -> Component | None:
    if not statuses:
        return None
    rows = [_row(each, holds(each, "", found.silences), found.now, asked, links) for each in statuses[:MOST_ROWS]]
    head = html.Header([html.H3(title), html.Span(fmt.plural(len(statuses), "alert"), className="aside")])
    return html.Section([head, *rows], className="alert-group quiet")


def _row(status: AlertStatus, held: list[Hold], now: datetime, asked: AlertsState, links: Links) -> Component:
    alert = status.alert
    began, ended = alert.fired_at or alert.starts_at, alert.ends_at
    since = f"over for {words.duration(now - ended)}" if ended else f"for {words.duration(now - began)}"
    chosen = " chosen" if asked.alert == alert.fingerprint else ""
    flapping = html.Span("flapping", className="hold flapping") if alert.flapping else None
    return _link_row(
        [
            html.Span([mark(alert), html.Span(since, className="muted")], className="lead"),
            html.Span([html.Span(summary(alert), className="what"), *badges(held), flapping], className="body"),
        ],
        links.here("alerts", **{state.ALERT: alert.fingerprint}),
        f"alert row {Health.HEALTHY if ended else severity_health(alert)}{chosen}{' held' if held else ''}",
        f"{severity(alert)} since {fmt.exact_moment(began)}",
    )


def _link_row(content: list[Component], href: str, classes: str, label: str) -> Component:
    """A row that opens something; j, k and Enter move over it."""
    row: Component = dcc.Link(content, href=href, className=classes, title=label)
    return row


def _nothing(found: AlertList, asked: AlertsState, links: Links) -> Component:
    if asked.find and found.alerts:
        return empty_card(
            "No alert matches",
            [
                html.P([f"Of {fmt.plural(len(found.alerts), 'alert')}, none has ", code(asked.find), "."]),
                html.P(link("Show all", links.here("alerts", **{state.FIND: ""}))),
            ],
        )
    return empty_card(
        "Nothing fires",
        [
            html.P([icon("check"), "No alert is pending, fires, or was over in the last hour."]),
            html.P(
                [
                    "Alerts come from ",
                    link("SLOs", links.here("slos", **state.OWN)),
                    " that burn, from the hub itself, and from tools that post to its Alertmanager API.",
                ]
            ),
        ],
    )
