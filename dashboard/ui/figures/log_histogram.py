"""Access logs over time, stacked by how they ended; dragging over it chooses a window (assets/logs.js)."""

from datetime import UTC, datetime
from typing import Any

from dashboard.reads.log_answers import LogHistogram
from dashboard.ui.figures.signals import OUTCOME_COLOURS, OUTCOME_NAMES
from dashboard.ui.figures.timeline import tick_format
from meshhub.outcome import Outcome

Figure = dict[str, Any]


def histogram(found: LogHistogram) -> Figure:
    """A band for each outcome that occurred; bars as wide as their step."""
    return {
        "data": [
            _bars(found, outcome) for outcome in Outcome if any(each.outcomes.get(outcome) for each in found.bins)
        ],
        "layout": {
            "margin": {"l": 48, "r": 8, "t": 18, "b": 22},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"size": 11, "family": "inherit"},
            "barmode": "stack",
            "bargap": 0.08,
            "hovermode": "x unified",
            "dragmode": "zoom",
            "showlegend": True,
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 11}},
            "xaxis": {
                "range": [_time(found.window.start.timestamp()), _time(found.window.end.timestamp())],
                "type": "date",
                "nticks": 10,
                "tickformat": tick_format(found.window.seconds),
            },
            "yaxis": {
                "rangemode": "tozero",
                "exponentformat": "SI",
                "nticks": 4,
                "zeroline": False,
                "fixedrange": True,
            },
        },
    }


def _bars(found: LogHistogram, outcome: Outcome) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": OUTCOME_NAMES[outcome],
        "x": [_time(each.start + found.step / 2) for each in found.bins],
        "y": [each.outcomes.get(outcome, 0) for each in found.bins],
        "width": found.step * 920,
        "marker": {"color": OUTCOME_COLOURS[outcome], "line": {"width": 0}},
        "hovertemplate": "%{y:,}",
    }


def empty() -> Figure:
    """What stands before anything was asked: no axes."""
    hidden = {"visible": False, "fixedrange": True}
    clear = "rgba(0,0,0,0)"
    return {"data": [], "layout": {"xaxis": hidden, "yaxis": hidden, "paper_bgcolor": clear, "plot_bgcolor": clear}}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
