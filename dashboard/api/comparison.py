"""Reads which two windows a request compares."""

from dashboard.api.windows import UnusableWindow, read_window
from meshhub.clock import Clock
from meshhub.model import TimeRange

PREVIOUS = "previous"
"""The window of the same length that ends where this one starts."""
COMPARE_TEXT = (
    'The window before: "previous" (of the same length, ending where the window starts), a length to go back ("1d" is '
    "the same time yesterday), or the RFC 3339 time at which a window of the same length ends."
)


def window_before(
    compare: str | None, before_start: str | None, before_end: str | None, window: TimeRange, clock: Clock
) -> TimeRange:
    """The window that `window` is compared with.

    Raises:
        UnusableWindow: both ways to name it are used, or it cannot be read or used.
    """
    if before_start is not None or before_end is not None:
        if compare is not None:
            raise UnusableWindow("could not use compare and before_start or before_end together: leave one out")
        if before_start is None:
            raise UnusableWindow("could not use before_end without before_start")
        last = window.start.isoformat() if before_end is None else before_end
        return read_window(None, before_start, last, now=clock.now())
    return other_window(compare or PREVIOUS, window)


def other_window(compare: str, window: TimeRange) -> TimeRange:
    """The window of the same length that `compare` names.

    `compare` is "previous" (it ends where `window` starts), a length to go back ("90s", "1h", "7d"), or the RFC 3339
    time at which the other one ends.

    Raises:
        UnusableWindow: it is none of them, or the other window would not end before this one does.
    """
    if compare == PREVIOUS:
        return TimeRange(window.start - window.length, window.start)
    if compare[-1:] in "smhd":
        back = read_window(compare, None, None, now=window.end).length
        return TimeRange(window.start - back, window.end - back)
    end = read_window("1s", None, compare, now=window.end).end
    if end >= window.end:
        raise UnusableWindow(f"could not compare with compare={compare[:50]}: it is not before the window")
    return TimeRange(end - window.length, end)
