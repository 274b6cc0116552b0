"""When the newest record of each signal was received: every open page asks, every two seconds."""

from dataclasses import astuple
from threading import Lock

from dashboard.queries import Queries
from meshhub.clock import Clock
from storage.records.hub import Freshness

SERVED_SECONDS = 1.0
"""How long one answer serves all who ask."""

HOUR_SERVED_SECONDS = 10.0
"""How long an answer about the whole hour serves, for signals that the last two minutes have nothing of."""


class Newest:
    """Keeps the last answer. Thread-safe; of those who ask at once, one asks the store."""

    def __init__(self, queries: Queries, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock
        self._lock = Lock()
        self._lately: tuple[float, Freshness] | None = None
        self._hour: tuple[float, Freshness] | None = None

    def received(self) -> Freshness:
        """As of a second ago; what the last two minutes have nothing of, as of ten seconds ago.

        Raises:
            StorageError: the engine did not answer.
        """
        with self._lock:
            now = self._clock.monotonic()
            if self._lately is None or now - self._lately[0] >= SERVED_SECONDS:
                (lately,) = self._queries.query("freshness_lately", {}, Freshness)
                self._lately = now, self._completed(lately, now)
            return self._lately[1]

    def _completed(self, lately: Freshness, now: float) -> Freshness:
        if all(astuple(lately)):
            return lately
        if self._hour is None or now - self._hour[0] >= HOUR_SERVED_SECONDS:
            (hour,) = self._queries.query("freshness", {}, Freshness)
            self._hour = now, hour
        return Freshness(*map(max, astuple(lately), astuple(self._hour[1])))
