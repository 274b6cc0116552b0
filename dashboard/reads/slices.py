"""Cuts a window into slices of time, so that what is newest is found first and a search can stop between two."""

from collections.abc import Iterator
from datetime import timedelta

from meshhub.model import TimeRange

FIRST = timedelta(minutes=5)
LONGEST = timedelta(hours=6)
GROWTH = 3
FASTER = 11
"""Of a search that needs all of the window: after five minutes most of an hour."""


def slices(window: TimeRange, *, newest_first: bool = True, growth: int = GROWTH) -> Iterator[TimeRange]:
    """Slices that make up the window, in order, each `growth` times as long as the one before up to six hours."""
    length, start, end = FIRST, window.start, window.end
    while start < end:
        if newest_first:
            cut = max(start, end - length)
            yield TimeRange(cut, end)
            end = cut
        else:
            cut = min(end, start + length)
            yield TimeRange(start, cut)
            start = cut
        length = min(length * growth, LONGEST)


def nanoseconds(window: TimeRange) -> dict[str, int]:
    """`start` and `end` as parameters, in Unix nanoseconds."""
    return {"start": _nanoseconds(window.start.timestamp()), "end": _nanoseconds(window.end.timestamp())}


def _nanoseconds(seconds: float) -> int:
    # A float has no more than microseconds left of the time since 1970.
    return round(seconds * 1_000_000) * 1_000
