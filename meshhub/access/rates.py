"""How often somebody may do something: token buckets, of a bounded number of somebodies."""

import threading
from collections import OrderedDict

from meshhub.clock import Clock

MAX_KEYS = 10_000


class Rates:
    """One bucket per key: `burst` at once, then `per_second`. Thread-safe. Of too many keys the oldest are "
    "forgotten."""

    def __init__(self, per_second: float, burst: float, clock: Clock) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> float:
        """Take one; 0 if there was one, else the seconds until there is."""
        now = self._clock.monotonic()
        with self._lock:
            left = self._left(key, now)
            if left >= 1:
                self._put(key, left - 1, now)
                return 0.0
            return (1 - left) / self._per_second

    def is_spent(self, key: str) -> float:
        """As `take`, but nothing is taken."""
        with self._lock:
            left = self._left(key, self._clock.monotonic())
        return 0.0 if left >= 1 else (1 - left) / self._per_second

    def _left(self, key: str, now: float) -> float:
        left, since = self._buckets.get(key, (self._burst, now))
        return min(self._burst, left + (now - since) * self._per_second)

    def _put(self, key: str, left: float, now: float) -> None:
        self._buckets[key] = (left, now)
        self._buckets.move_to_end(key)
        while len(self._buckets) > MAX_KEYS:
            self._buckets.popitem(last=False)
