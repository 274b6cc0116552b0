"""What a window is compared with: the URL's `compare`, as a window and in words."""

from datetime import timedelta

from dashboard.api.windows import UnusableWindow, read_window
from dashboard.ui import format as fmt
from meshhub.model import TimeRange

PREVIOUS = "previous"
"""The window of the same length that ends where this one starts."""
AGO = {"1h": "1 h ago", "1d": "1 d ago", "7d": "1 w ago"}
"""Lengths of time to go back that are offered, and how they are called."""


def other_window(compare: str, window: TimeRange) -> TimeRange | None:
    """The window that `window` is compared with, of the same length; None if `compare` is empty.

    `compare` is "previous", a length to go back ("90s", "1h", "7d"), or the RFC 3339 time at which the other one ends.

    Raises:
        UnusableWindow: it is none of them, or the other window would not end before this one does.
    """
    if not compare:
        return None
    if compare == PREVIOUS:
        return TimeRange(window.start - window.length, window.start)
    if compare[-1:] in "smhd":
        back = read_window(compare, None, None, now=window.end).length
        return TimeRange(window.start - back, window.end - back)
    other = read_window(f"{max(1, round(window.seconds))}s", None, compare, now=window.end)
    if other.end >= window.end:
        raise UnusableWindow(f"could not compare with compare={compare[:50]}: it is not before the window shown")
    return other


def words(compare: str, window: TimeRange) -> str:
    """What the comparison is with, to follow "than" or "vs": "1 d ago", "the 15 min before"; "" if with nothing."""
    if not compare:
        return ""
    if compare == PREVIOUS:
        return f"the {fmt.duration(window.seconds * 1e6)} before"
    if compare in AGO:
        return AGO[compare]
    other = other_window(compare, window)
    return f"{fmt.duration((window.end - other.end) / timedelta(microseconds=1))} ago" if other else ""
