"""Requests that were looked up a moment ago, so that the second look at one goes on from the first."""

from collections import OrderedDict
from threading import Lock

from dashboard.lookup_paths import Path
from meshhub.clock import Clock
from traces.model import Journey

SETTLED_SECONDS = 30.0
"""So long after its start nothing more is awaited of a request."""
HELD_SECONDS = 60.0
UNSETTLED_SECONDS = 5.0
MAX_JOURNEYS = 12
MAX_ROWS = 50_000
"""Rows of all of them together; the newest is kept whatever its size."""


class RecentJourneys:
    """A bounded memory of what was found by the id that was asked for. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._held: OrderedDict[str, tuple[float, Path | Journey]] = OrderedDict()

    def get(self, wanted: str) -> Path | Journey | None:
        """The whole journey, or its beginning, unless it is too old or was pushed out."""
        with self._lock:
            self._forget_old()
            held = self._held.get(wanted)
            if held is None:
                return None
            self._held.move_to_end(wanted)
            return held[1]

    def keep(self, wanted: str, found: Path | Journey) -> None:
        """Hold what was found, shortly where more of it may come, and push out what was asked for longest ago."""
        journey = found if isinstance(found, Journey) else found.journey
        age = self._clock.now().timestamp() - journey.start_unix_nano / 1e9
        seconds = HELD_SECONDS if age > SETTLED_SECONDS else UNSETTLED_SECONDS
        with self._lock:
            self._held[wanted] = self._clock.monotonic() + seconds, found
            self._held.move_to_end(wanted)
            while len(self._held) > 1 and (len(self._held) > MAX_JOURNEYS or self._rows() > MAX_ROWS):
                self._held.popitem(last=False)

    def _rows(self) -> int:
        return sum(map(_rows_of, (found for _, found in self._held.values())))

    def _forget_old(self) -> None:
        now = self._clock.monotonic()
        for name in [name for name, (until, _) in self._held.items() if until <= now]:
            del self._held[name]


def _rows_of(found: Path | Journey) -> int:
    counts = (found if isinstance(found, Journey) else found.journey).found
    return counts.access_logs + counts.spans + counts.logs
