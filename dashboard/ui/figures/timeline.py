"""Charts over time, as Plotly figures. Text and grid take their colours from assets/charts.css."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dashboard.ui.figures.series import Points
from dashboard.ui.theme import SERVICE_HUES
from meshhub.model import TimeRange

Figure = dict[str, Any]

SIGNAL_COLOURS = {"traces": SERVICE_HUES[3], "logs": SERVICE_HUES[0], "metrics": SERVICE_HUES[1]}


def timeline(lines: Mapping[str, Points], window: TimeRange, unit: str, *, stacked: bool = False) -> Figure:
    """One line for each name. `unit` is Plotly's suffix of the values ("/s", "B", "s")."""
    return {
        "data": [
            _line(name, points, index, unit, stacked=stacked) for index, (name, points) in enumerate(lines.items())
        ],
        "layout": {
            "margin": {"l": 52, "r": 8, "t": 20, "b": 22},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"size": 11, "family": "inherit"},
            "hovermode": "x unified",
            "showlegend": len(lines) > 1,
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 11}},
            "xaxis": {
                "range": [_time(window.start.timestamp()), _time(window.end.timestamp())],
                "type": "date",
                "nticks": 6,
                "tickformat": tick_format(window.seconds),
                "ticks": "outside",
                "ticklen": 4,
                "tickcolor": "rgba(0,0,0,0)",
            },
            "yaxis": {
                "rangemode": "tozero",
                "exponentformat": "SI",
                "ticksuffix": unit,
                "nticks": 5,
                "zeroline": False,
            },
            "uirevision": "kept",
        },
    }


def tick_format(seconds: float) -> str:
    """How times stand on an axis of this length: the day only where it says something."""
    if seconds <= 600:
        return "%H:%M:%S"
    return "%H:%M" if seconds <= 86_400 else "%b %d %H:%M"


def _line(name: str, points: Points, index: int, unit: str, *, stacked: bool) -> dict[str, Any]:
    colour = SIGNAL_COLOURS.get(name, SERVICE_HUES[index % len(SERVICE_HUES)])
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name or "all",
        "x": [_time(time) for time, _ in points],
        "y": [value for _, value in points],
        "line": {"color": colour, "width": 1.5},
        "hovertemplate": f"%{{y:.3s}}{unit}",
        **({"stackgroup": "one", "fillcolor": f"{colour}33"} if stacked else {}),
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
