"""Has the engine count calls by parents of spans, a minute at a time, once the spans of the minute have come in."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from meshhub.clock import Clock
from meshhub.errors import StorageError

MINUTE = 60
IN_TIME = timedelta(seconds=30)
"""How long after the end of a minute its spans come in time: SDKs send every five seconds, collectors between hold back
some more. Spans that come later count in a second look."""

DELAY = timedelta(seconds=45)
"""How long after its end a minute is counted: what came in time is loaded by then."""

LATE = timedelta(minutes=5)
"""How long after the end of a minute spans of it count at all, in the second look; it is as much later as the first."""

BACK = timedelta(minutes=15)
"""How far back a hub that starts begins: what was counted before counts once all the same."""

MOST_WAITING = 8
"""With more segments of spans that wait to be loaded, the engine does not have all spans of the minute yet."""

LOOK_SECONDS = 5.0

logger = logging.getLogger(__name__)


class Engine(Protocol):
    """Who counts (storage.client.Store)."""

    def count_calls_by_parent(self, minute: int, until: int, before: int = 0) -> None: ...


class SpanCalls:
    """A thread that asks for one minute after the other."""

    def __init__(self, engine: Engine, clock: Clock, waiting: Callable[[], int]) -> None:
        """`waiting` says how many segments of spans are not loaded yet: a hub that catches up counts afterwards."""
        self._engine = engine
        self._waiting = waiting
        self._clock = clock
        self._next = 0
        self._next_late = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="span-calls", daemon=True)

    def start(self) -> None:
        """Begin. To be called once."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the minute that is being counted. Safe to repeat, and without a start."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def catch_up(self) -> None:
        """Count every minute that is over and was not counted since the start, oldest first, and the late spans of
        those that have been over for longer; nothing while spans wait.

        Raises:
            StorageError: the engine did not count; the next call goes on with the same minute.
        """
        now = self._clock.now()
        until, late_until = _minute(now - DELAY), _minute(now - DELAY + IN_TIME - LATE)
        self._next = max(self._next, int(until - BACK.total_seconds()))
        self._next_late = max(self._next_late, int(until - BACK.total_seconds()))
        while self._next < until and self._may_go_on():
            self._engine.count_calls_by_parent(self._next, _after(self._next, IN_TIME))
            self._next += MINUTE
        while self._next_late < min(late_until, self._next) and self._may_go_on():
            in_time, late = _after(self._next_late, IN_TIME), _after(self._next_late, LATE)
            self._engine.count_calls_by_parent(self._next_late, late, in_time)
            self._next_late += MINUTE

    def _may_go_on(self) -> bool:
        return self._waiting() <= MOST_WAITING and not self._ended.is_set()

    def _run(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            try:
                self.catch_up()
            except StorageError as error:
                logger.warning("could not count calls by parents of spans: %s", error)


def _minute(time: datetime) -> int:
    return int(time.timestamp() // MINUTE * MINUTE)


def _after(minute: int, length: timedelta) -> int:
    """So long after the end of a minute."""
    return minute + MINUTE + int(length.total_seconds())
