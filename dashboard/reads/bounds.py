"""A window of time as parameters of a query."""

import math
from datetime import UTC, datetime
from typing import Any

from meshhub.model import TimeRange

STEPS = (10, 60, 300, 600, 1800, 3600)
"""Lengths of the intervals that edges are stored by, in seconds."""

STEPS_IN_WINDOW = 60
"""A window is read in steps of at most this part of it: what a longer one would read of its ends in finer steps costs
as much as all the rest of it."""


def widened(window: TimeRange) -> TimeRange:
    """The window to whole steps at both ends: ten seconds, a minute from an hour on, five from five hours on."""
    step = max(length for length in STEPS if length <= max(STEPS[0], window.seconds / STEPS_IN_WINDOW))
    start, end = window.start.timestamp(), window.end.timestamp()
    return TimeRange(
        datetime.fromtimestamp(start // step * step, UTC), datetime.fromtimestamp(math.ceil(end / step) * step, UTC)
    )


def bounds(window: TimeRange) -> dict[str, Any]:
    """`start` and `end` in Unix seconds."""
    return {"start": window.start.timestamp(), "end": window.end.timestamp()}
