"""Has the engine count calls by parents of spans, a minute at a time, once the spans of the minute have come in."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from meshhub.clock import Clock
from meshhub.errors import StorageError

MINUTE = 60
DELAY = timedelta(seconds=45)
"""How long after its end a minute is counted: SDKs send every five seconds, collectors between hold back some more.
Spans that come later do not count here."""

BACK = timedelta(minutes=15)
"""How far back a hub that starts begins: what was counted before counts once all the same."""

MOST_WAITING = 8
"""With more segments of spans that wait to be loaded, the engine does not have all spans of the minute yet."""

LOOK_SECONDS = 5.0

logger = logging.getLogger(__name__)


class Engine(Protocol):
    """Who counts (storage.client.Store)."""

    def count_calls_by_parent(self, minute: int) -> None: ...


class SpanCalls:
    """A thread that asks for one minute after the other."""

    def __init__(self, engine: Engine, clock: Clock, waiting: Callable[[], int]) -> None:
        """`waiting` says how many segments of spans are not loaded yet: a hub that catches up counts afterwards."""
        self._engine = engine
        self._waiting = waiting
        self._clock = clock
        self._next = 0
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
        """Count every minute that is over and was not counted since the start, oldest first; nothing while spans wait.

        Raises:
            StorageError: the engine did not count; the next call goes on with the same minute.
        """
        until = (self._clock.now() - DELAY).timestamp() // MINUTE * MINUTE
        self._next = max(self._next, int(until - BACK.total_seconds()))
        while self._next < until and self._waiting() <= MOST_WAITING and not self._ended.is_set():
            self._engine.count_calls_by_parent(self._next)
            self._next += MINUTE

    def _run(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            try:
                self.catch_up()
            except StorageError as error:
                logger.warning("could not count calls by parents of spans: %s", error)
