"""The clock as an argument, so that everything that depends on time is tested by value."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Reads the time. The wall clock may jump; the monotonic one only goes forward."""

    def now(self) -> datetime:
        """The wall-clock time in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary start, never going back."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
