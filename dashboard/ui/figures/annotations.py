"""Marks on time axes: a configuration applied, a new version seen, an alert that began. The same on every page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dashboard.ui.theme import CHART_NEUTRAL, SERVICE_HUES
from meshhub.model import TimeRange

Figure = dict[str, Any]

KINDS = {"config": ("⚙", SERVICE_HUES[3]), "version": ("◆", SERVICE_HUES[0]), "slo": ("⚑", SERVICE_HUES[7])}
"""Glyph and colour of each kind that is known; another kind has a neutral line."""
TEXT_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at one moment. `kind` is one of KINDS; `text` is for people, and never markup."""

    kind: str
    time: datetime
    text: str


def within(marks: Iterable[Mark], window: TimeRange) -> tuple[Mark, ...]:
    """The marks of a window, by time."""
    return tuple(sorted((m for m in marks if window.start <= m.time < window.end), key=lambda m: (m.time, m.text)))


def annotate(figure: Figure, marks: Iterable[Mark]) -> Figure:
    """A Plotly figure with a time axis, and these marks on it: a dotted line each, whose glyph says more on hover.

    The figure that is given is not changed. Marks come after what it has.
    """
    layout = dict(figure.get("layout", {}))
    told = list(marks)
    layout["shapes"] = [*layout.get("shapes", ()), *(_line(mark) for mark in told)]
    layout["annotations"] = [*layout.get("annotations", ()), *(_glyph(mark) for mark in told)]
    return figure | {"layout": layout}


def _line(mark: Mark) -> dict[str, Any]:
    _, colour = KINDS.get(mark.kind, ("|", CHART_NEUTRAL))
    at = _time(mark.time)
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": at,
        "x1": at,
        "y0": 0,
        "y1": 1,
        "line": {"color": colour, "width": 1, "dash": "dot"},
    }


def _glyph(mark: Mark) -> dict[str, Any]:
    glyph, colour = KINDS.get(mark.kind, ("|", CHART_NEUTRAL))
    return {
        "x": _time(mark.time),
        "y": 1,
        "xref": "x",
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "text": glyph,
        "font": {"color": colour, "size": 12},
        "hovertext": _plain(mark.text),
    }


def _plain(text: str) -> str:
    """Plotly reads a little markup: it is to see none."""
    cut = text if len(text) <= TEXT_LENGTH else f"{text[: TEXT_LENGTH - 1]}…"
    return cut.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
