"""The past of an SLO as a Plotly figure: how its budget went, when it alerted, and what was not measured."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from alerting.backtest import Backtest, Episode
from dashboard.ui.figures.annotations import Mark, annotate
from dashboard.ui.figures.timeline import Figure, timeline
from dashboard.ui.theme import CHART_NEUTRAL, SERVICE_HUES
from meshhub.model import TimeRange

PAGE_COLOUR, TICKET_COLOUR = "#d0453b", SERVICE_HUES[2]
LOWEST_SHOWN = -100.0
"""A budget that is overspent by far would flatten the rest: the axis ends at so many percent."""


def burn_down(past: Backtest, paging: frozenset[str], marks: Iterable[Mark] = ()) -> Figure:
    """The share of the budget that was left, in percent; alerts as bands, hours that nobody measured hatched.

    Args:
        past: what is drawn.
        paging: severities that wake somebody up: their bands are red, the others amber.
        marks: what else happened.
    """
    window = TimeRange(past.start, past.end)
    known = tuple(
        (point.time.timestamp(), 100 * point.remaining) for point in past.points if point.remaining is not None
    )
    figure = timeline({"budget left": known}, window, " %")
    line = figure["data"][0]
    line["line"] = {"color": SERVICE_HUES[0], "width": 2}
    line["hovertemplate"] = "%{y:.4g} % left"
    lowest = min((value for _, value in known), default=0.0)
    highest = max((100.0, *(value for _, value in known)))
    layout = figure["layout"]
    layout["yaxis"] |= {
        "range": [max(LOWEST_SHOWN, min(0.0, lowest)) - 4, highest + 4],
        "autorange": False,
        "exponentformat": "none",
        "nticks": 6,
    }
    layout["shapes"] = [_nothing_left(window), *(_band(each, past, paging) for each in past.episodes)]
    hatched = _hatched(past)
    if hatched is not None:
        figure["data"].append(hatched)
        layout |= {
            "yaxis2": {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
            "showlegend": True,
        }
    return annotate(figure, marks)


def _nothing_left(window: TimeRange) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x",
        "yref": "y",
        "x0": _time(window.start),
        "x1": _time(window.end),
        "y0": 0,
        "y1": 0,
        "line": {"color": PAGE_COLOUR, "width": 1},
    }


def _band(each: Episode, past: Backtest, paging: frozenset[str]) -> dict[str, Any]:
    colour = PAGE_COLOUR if each.severity in paging else TICKET_COLOUR
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": _time(each.start),
        "x1": _time(each.end or past.end),
        "y0": 0,
        "y1": 1,
        "fillcolor": f"{colour}40",
        "line": {"color": colour, "width": 1},
        "layer": "below",
    }


def _hatched(past: Backtest) -> dict[str, Any] | None:
    """Bars over the hours in which nobody's requests were counted; None if there are none."""
    starts = [past.start, *(point.time for point in past.points)]
    away = [
        (start, end)
        for (start, end), point in zip(pairwise(starts), past.points, strict=True)
        if not point.measured_minutes
    ]
    if not away:
        return None
    return {
        "type": "bar",
        "name": "not measured",
        "x": [_time(start) for start, _ in away],
        "y": [1] * len(away),
        "yaxis": "y2",
        "width": [(end - start) / timedelta(milliseconds=1) for start, end in away],
        "offset": 0,
        "hovertemplate": "nobody's requests were counted",
        "marker": {
            "color": "rgba(0,0,0,0)",
            "line": {"width": 0},
            "pattern": {"shape": "/", "fgcolor": CHART_NEUTRAL, "size": 6, "solidity": 0.2},
        },
    }


def _time(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")
