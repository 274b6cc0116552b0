"""A point in time by which something has to have happened."""

import asyncio
from collections.abc import Callable


class Deadline:
    """At most one call that is due; setting it replaces the one before."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float, then: Callable[[], None]) -> None:
        """Have something called in so many seconds, unless the deadline is set again or cleared first."""
        self.clear()
        self._timer = asyncio.get_running_loop().call_later(seconds, then)

    def clear(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
