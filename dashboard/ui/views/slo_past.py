"""The past of an SLO: when it alerted, or would have, as a chart and as a list."""

from collections import Counter
from datetime import timedelta

from dash import dcc, html
from dash.development.base_component import Component

from alerting.backtest import Backtest
from alerting.reason import words
from dashboard.ui.figures.annotations import Mark
from dashboard.ui.figures.budget import burn_down
from dashboard.ui.links import Links
from dashboard.ui.state import slos as state
from dashboard.ui.theme import MARKS
from dashboard.ui.views.parts import Content, aria, link, section, table
from dashboard.ui.views.service_charts import CONFIG
from dashboard.ui.views.slo_standing import PAGING
from topology.health.model import Health

MOST_EPISODES = 50
_VERBS = {"page": "paged", "ticket": "opened a ticket"}


def verdict(past: Backtest, *, would: bool) -> str:
    """How often it alerted, in a sentence; `would` where it was only tried."""
    span = words.duration(past.end - past.start)
    found = Counter(each.severity for each in past.episodes)
    have = "would have" if would else "has"
    if not found:
        said = (
            f"{past.slo.name} would not have alerted in the last {span}"
            if would
            else (f"{past.slo.name} has not alerted in the last {span}")
        )
    else:
        times = [f"{_VERBS.get(name, f'alerted ({name})')} {_times(number)}" for name, number in sorted(found.items())]
        said = f"{past.slo.name} {have} {' and '.join(times)} in the last {span}"
    return f"{said}: {past.counts.bad:,} of {past.counts.total:,} requests were bad."


def measured(past: Backtest) -> str:
    """How much of it was measured; empty where all was."""
    minutes = int((past.end - past.start) / timedelta(minutes=1))
    if past.measured_minutes >= minutes:
        return ""
    known = words.duration(timedelta(minutes=past.measured_minutes))
    return f"Only {known} of that were measured; the rest is hatched, and neither good nor bad."


def chart(past: Backtest, marks: tuple[Mark, ...] = ()) -> Component:
    """The budget over the time, with alerts and unmeasured hours."""
    return html.Div(dcc.Graph(figure=burn_down(past, PAGING, marks), config=CONFIG), className="chart burn-down")


def card(past: Backtest, links: Links, marks: tuple[Mark, ...]) -> Component:
    """The chart of one SLO with the lengths that can be chosen."""
    days = round((past.end - past.start) / timedelta(days=1))
    choices = [
        html.Span(text, className="choice chosen", **aria(current="true"))
        if int(each) == days
        else html.Span(link(text, links.here("slos", **{state.DAYS: each.value})), className="choice")
        for each, text in ((state.Days.ONE, "1 d"), (state.Days.WEEK, "7 d"), (state.Days.MONTH, "30 d"))
    ]
    said = html.P([verdict(past, would=False), " ", measured(past)], className="muted")
    return html.Div(
        section("Budget over time", [said, chart(past, marks)], aside=html.Span(choices, className="sides")),
        className="card",
    )


def episodes(past: Backtest) -> Component:
    """When it alerted, the newest first."""
    if not past.episodes:
        return html.Div(section("Alerts", html.P("None in this time.", className="muted")), className="card")
    newest = sorted(past.episodes, key=lambda each: (each.start, each.severity), reverse=True)
    rows: list[tuple[Content, ...]] = [
        (
            html.Span(
                [
                    html.Span(
                        MARKS[Health.FAILING if each.severity in PAGING else Health.DEGRADED].glyph, className="glyph"
                    ),
                    f" {each.severity}",
                ],
                className=f"health {Health.FAILING if each.severity in PAGING else Health.DEGRADED}",
            ),
            f"{each.start:%Y-%m-%d %H:%M} UTC",
            "goes on" if each.end is None else f"{each.end:%H:%M} UTC",
            words.duration((each.end or past.end) - each.start),
            f"{each.peak:.3g}×",
        )
        for each in newest[:MOST_EPISODES]
    ]
    aside = f"{len(newest):,}, the newest {MOST_EPISODES}" if len(newest) > MOST_EPISODES else f"{len(newest)}"
    head = ("Severity", "Began", "Over", "Lasted", "Peak")
    return html.Div(section("Alerts", table(head, rows, numeric=3), aside=aside), className="card")


def marks(past: Backtest, changed: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """What else is marked on the chart: changes within its time."""
    return tuple(mark for mark in changed if past.start <= mark.time <= past.end)


def tried(past: Backtest) -> Component:
    """One SLO of the editor, tried on the past."""
    paged = any(each.severity in PAGING for each in past.episodes)
    health = Health.FAILING if paged else Health.DEGRADED if past.episodes else Health.HEALTHY
    if not past.counts.total:
        health = Health.NOT_MEASURED
    mark = html.Span(MARKS[health].glyph, className=f"health {health}")
    last = next((point.remaining for point in reversed(past.points) if point.remaining is not None), None)
    ends = f" {words.percent(last)} of the budget would be left now." if last is not None else ""
    return html.Div(
        [
            html.P([mark, " ", verdict(past, would=True), ends]),
            html.P(measured(past), className="muted") if measured(past) else None,
            *(html.P(note, className="muted small") for note in past.notes),
            chart(past),
        ],
        className="card tried",
    )


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"
