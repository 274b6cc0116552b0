"""Reads the window of time that a request asks for."""

import re
from datetime import UTC, datetime, timedelta

from meshhub.errors import MeshhubError
from meshhub.model import TimeRange

DEFAULT_WINDOW = "15m"
LONGEST = timedelta(days=31)
CLOCK_TOLERANCE = timedelta(seconds=60)
"""How far a caller's clock may be ahead of the hub's."""

_LENGTH = re.compile(r"(?P<number>\d{1,9})(?P<unit>[smhd])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class UnusableWindow(MeshhubError):
    """What was asked for is not a window of time that can be answered."""


def read_window(length: str | None, start: str | None, end: str | None, *, now: datetime) -> TimeRange:
    """The window from a length, a start and an end, of which a length or a start is enough.

    Args:
        length: "90s", "15m", "2h" or "1d". With neither length nor start: the last 15 minutes up to the end.
        start: RFC 3339, with a time zone.
        end: RFC 3339, with a time zone; now if None.
        now: the hub's time.

    Raises:
        UnusableWindow: a value cannot be read; all three were given; the window is reversed, empty, in the future or
            longer than 31 days.
    """
    if length is not None and start is not None and end is not None:
        raise UnusableWindow("could not use window, start and end together: leave one out")
    last = now if end is None else _read_time("end", end)
    if start is not None:
        first = _read_time("start", start)
        if length is not None:
            last = first + _read_length(length)
    else:
        first = last - _read_length(DEFAULT_WINDOW if length is None else length)
    return _checked(first, last, now)


def read_length(text: str, *, least: timedelta, most: timedelta) -> timedelta:
    """A length like "5m" between two bounds.

    Raises:
        UnusableWindow: it cannot be read, or is out of bounds.
    """
    length = _read_length(text)
    if not least <= length <= most:
        raise UnusableWindow(f"could not use window={text}: it takes a length from {least} to {most}")
    return length


def _checked(first: datetime, last: datetime, now: datetime) -> TimeRange:
    if last <= first:
        raise UnusableWindow(
            f"could not use the window: its end {last.isoformat()} is not after its start {first.isoformat()}"
        )
    if last > now + CLOCK_TOLERANCE:
        raise UnusableWindow(
            f"could not use the window: its end {last.isoformat()} is in the future (the hub's time is "
            f"{now.isoformat(timespec='seconds')})"
        )
    if last - first > LONGEST:
        raise UnusableWindow(f"could not use the window: it is longer than {LONGEST.days} days")
    return TimeRange(first, last)


def _read_length(text: str) -> timedelta:
    match = _LENGTH.fullmatch(text)
    if match is None or int(match["number"]) == 0:
        raise UnusableWindow(f"could not read window={text[:50]}: it takes a length like 90s, 15m, 2h or 1d")
    length = int(match["number"])
    if length > LONGEST.total_seconds():
        raise UnusableWindow(f"could not use window={text}: it is longer than {LONGEST.days} days")
    return min(timedelta(**{_UNITS[match["unit"]]: length}), LONGEST * 2)


def _read_time(name: str, text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text).astimezone(UTC)
        if datetime.fromisoformat(text).tzinfo is None:
            raise ValueError("no time zone")
    except (ValueError, OverflowError) as error:
        raise UnusableWindow(
            f"could not read {name}={text[:50]}: it takes a time like 2026-03-01T14:00:00Z ({error})"
        ) from error
    if not datetime(2000, 1, 1, tzinfo=UTC) <= time <= datetime(2200, 1, 1, tzinfo=UTC):
        raise UnusableWindow(f"could not use {name}={text[:50]}: it is long before or after any telemetry")
    return time
