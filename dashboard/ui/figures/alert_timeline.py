"""When alerts fired in the last day, as a Plotly figure: a row for each, the latest on top."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerting.ledger.ledger import Event
from dashboard.ui.figures.timeline import Figure
from dashboard.ui.theme import CHART_NEUTRAL, SERVICE_HUES
from meshhub.model import TimeRange
from topology.health.model import Health

MOST_ROWS = 15
LONGEST_NAME = 34
_COLOURS = {Health.FAILING: "#d0453b", Health.DEGRADED: SERVICE_HUES[2]}


@dataclass(frozen=True, slots=True)
class Named:
    """What is written of an alert, and how severe it is."""

    name: str
    health: Health


@dataclass(frozen=True, slots=True)
class Firing:
    """A time in which an alert fired; `end` is that of the window where it goes on."""

    fingerprint: str
    start: datetime
    end: datetime


def firings(events: Iterable[Event], window: TimeRange) -> list[Firing]:
    """The times within a window in which alerts fired, by start. What began before its events are known is left out."""
    began: dict[str, datetime] = {}
    found = []
    for event in sorted(events, key=lambda each: each.at):
        if event.what == "firing":
            began.setdefault(event.fingerprint, event.at)
        elif event.what in ("resolved", "inactive") and event.fingerprint in began:
            found.append(Firing(event.fingerprint, began.pop(event.fingerprint), event.at))
    found += [Firing(fingerprint, start, window.end) for fingerprint, start in began.items()]
    within = [
        Firing(each.fingerprint, max(each.start, window.start), min(each.end, window.end))
        for each in found
        if each.end > window.start and each.start < window.end
    ]
    return sorted(within, key=lambda each: (each.start, each.fingerprint))


def alert_timeline(found: Sequence[Firing], names: Mapping[str, Named], window: TimeRange) -> Figure:
    """A bar for each time. `names` are by fingerprint; what has none is named by it."""
    rows: dict[str, list[Firing]] = defaultdict(list)
    for each in sorted(found, key=lambda each: each.end, reverse=True):
        if each.fingerprint in rows or len(rows) < MOST_ROWS:
            rows[each.fingerprint].append(each)
    bars = [_bar(number, each, names) for number, times in enumerate(rows.values()) for each in times]
    ticks = [_name(names, fingerprint) for fingerprint in rows]
    return {
        "data": bars,
        "layout": {
            "margin": {"l": 220, "r": 12, "t": 4, "b": 28},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"size": 11, "family": "inherit"},
            "barmode": "overlay",
            "bargap": 0.35,
            "showlegend": False,
            "height": 34 + 24 * max(len(rows), 1),
            "xaxis": {"type": "date", "range": [_time(window.start), _time(window.end)], "nticks": 8},
            "yaxis": {
                "tickvals": list(range(len(ticks))),
                "ticktext": ticks,
                "range": [len(ticks) - 0.5, -0.5],
                "fixedrange": True,
                "zeroline": False,
                "showgrid": False,
            },
            "uirevision": "kept",
        },
    }


def _bar(number: int, each: Firing, names: Mapping[str, Named]) -> dict[str, Any]:
    health = names[each.fingerprint].health if each.fingerprint in names else Health.IDLE
    return {
        "type": "bar",
        "orientation": "h",
        "y": [number],
        "base": [_time(each.start)],
        "x": [max((each.end - each.start).total_seconds(), 60.0) * 1000],
        "marker": {"color": _COLOURS.get(health, CHART_NEUTRAL)},
        "hovertemplate": f"{each.start:%H:%M} to {each.end:%H:%M} UTC<extra></extra>",
    }


def _name(names: Mapping[str, Named], fingerprint: str) -> str:
    """Plotly reads a little markup: it is to see none."""
    name = names[fingerprint].name if fingerprint in names else fingerprint
    cut = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    return cut.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")
