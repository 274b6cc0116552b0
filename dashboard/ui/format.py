"""Numbers as people read them: three significant digits, always with their unit."""

from datetime import UTC, datetime

from meshhub.quantities import ABSENT, digits, duration, number, plural, rate, share

__all__ = [
    "ABSENT", "age", "digits", "duration", "exact_moment", "moment", "number", "plural", "rate", "share", "size",
]  # fmt: skip


def size(count: float | None) -> str:
    """A number of bytes in decimal units: 1_240_000 → "1.24 MB"."""
    return number(count, "B")


def age(seconds: float | None) -> str:
    """How old something is: "1.4 s old"."""
    if seconds is None:
        return ABSENT
    tenths = max(0.0, round(seconds, 1))
    return f"{duration((tenths if tenths < 60 else round(tenths)) * 1e6) if tenths else '0 s'} old"


def moment(time: datetime) -> str:
    """A time of day with its zone: "14:03:21 UTC"."""
    return time.astimezone(UTC).strftime("%H:%M:%S UTC")


def day_moment(time: datetime) -> str:
    """A date and time to the second with its zone: "2026-03-01 14:03:21 UTC"."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def exact_moment(time: datetime) -> str:
    """A date and time to the millisecond with its zone: "2026-03-01 14:03:21.250 UTC"."""
    utc = time.astimezone(UTC)
    return f"{utc:%Y-%m-%d %H:%M:%S}.{utc.microsecond // 1000:03d} UTC"
