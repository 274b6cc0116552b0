"""Requests as points, by start and duration. Text and grid take their colours from assets/charts.css."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil, floor, log10
from typing import Any

from dashboard.ui import format as fmt
from dashboard.ui.theme import SERVICE_HUES
from traces.search import Point, Scatter

Figure = dict[str, Any]

FAILING = "#d8493c"
"""A middle tone that is legible on the surfaces of both schemes."""
MAX_TEXT = 80
DECADES_OF_FEW = 2


def scatter(found: Scatter) -> Figure:
    """Failed requests red and square, those without a trace hollow; durations on a logarithmic axis."""
    kinds = (
        (
            "with a trace",
            [each for each in found.points if not each.failed and each.sampled],
            "circle",
            SERVICE_HUES[0],
        ),
        (
            "no trace",
            [each for each in found.points if not each.failed and not each.sampled],
            "circle-open",
            SERVICE_HUES[0],
        ),
        ("failed", [each for each in found.points if each.failed], "square", FAILING),
    )
    return {
        "data": [_trace(*kind) for kind in kinds],
        "layout": {
            "margin": {"l": 60, "r": 12, "t": 22, "b": 30},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"size": 11, "family": "inherit"},
            "dragmode": "select",
            "selectdirection": "any",
            "hovermode": "closest",
            "showlegend": True,
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "xaxis": {
                "type": "date",
                "nticks": 8,
                "range": [_time(found.window.start.timestamp()), _time(found.window.end.timestamp())],
            },
            "yaxis": {"type": "log", **_ticks([each.duration_us for each in found.points])},
            "uirevision": str(found.window.start),
        },
    }


def _trace(name: str, points: Sequence[Point], symbol: str, colour: str) -> dict[str, Any]:
    return {
        "type": "scattergl" if len(points) > 5_000 else "scatter",
        "mode": "markers",
        "name": name,
        "x": [_time(each.start_unix_nano / 1e9) for each in points],
        "y": [max(each.duration_us, 1) / 1000 for each in points],
        "customdata": [each.id for each in points],
        "text": [_text(each) for each in points],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"symbol": symbol, "color": colour, "size": 7 if symbol != "square" else 8, "opacity": 0.8},
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 0.25}},
    }


def _ticks(durations_us: Sequence[int]) -> dict[str, Any]:
    """Where durations are named: powers of ten, and between them where there are few."""
    if not durations_us:
        return {"showticklabels": False}
    lowest, highest = (log10(max(of(durations_us), 1)) for of in (min, max))
    steps = (1,) if highest - lowest > DECADES_OF_FEW else (1, 2, 5)
    exponents = range(floor(lowest), ceil(highest) + 1)
    at = [step * 10**exponent for exponent in exponents for step in steps]
    return {
        "tickmode": "array",
        "tickvals": [each / 1000 for each in at],
        "ticktext": [fmt.duration(each) for each in at],
    }


def _text(point: Point) -> str:
    """What stands beside a point. Plotly reads some markup in it, so what telemetry says is escaped."""
    said = f"{point.service} {point.operation}"
    said = said if len(said) <= MAX_TEXT else f"{said[:MAX_TEXT]}…"
    plain = said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"{plain}<br>{fmt.duration(point.duration_us)}"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
