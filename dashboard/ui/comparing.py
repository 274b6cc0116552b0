"""What a window is compared with, in words."""

from datetime import timedelta

from dashboard.api.comparison import PREVIOUS, other_window
from dashboard.ui import format as fmt
from meshhub.model import TimeRange

AGO = {"1h": "1 h ago", "1d": "1 d ago", "7d": "1 w ago"}
"""Lengths of time to go back that are offered, and how they are called."""


def words(compare: str, window: TimeRange) -> str:
    """What the comparison is with, to follow "than" or "vs": "1 d ago", "the 15 min before"; "" if with nothing."""
    if not compare:
        return ""
    if compare == PREVIOUS:
        return f"the {fmt.duration(window.seconds * 1e6)} before"
    if compare in AGO:
        return AGO[compare]
    other = other_window(compare, window)
    return f"{fmt.duration((window.end - other.end) / timedelta(microseconds=1))} ago"
