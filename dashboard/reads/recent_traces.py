"""Traces that were built a moment ago, so that the parts of a page do not each build theirs; and those of files."""

from collections import OrderedDict
from threading import Lock

from meshhub.clock import Clock
from traces.trace_model import Trace

STORED_SECONDS = 20.0
"""How long a stored trace is taken as it was: more of its spans may come."""
FILE_SECONDS = 3600.0
MAX_TRACES = 12
MAX_SPANS = 150_000
"""Of all traces together; the newest is kept whatever its size."""


class RecentTraces:
    """A bounded memory of traces by their name. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._held: OrderedDict[str, tuple[float, Trace]] = OrderedDict()

    def get(self, name: str) -> Trace | None:
        """The trace of this name, unless it is too old or was pushed out."""
        with self._lock:
            self._forget_old()
            held = self._held.get(name)
            if held is None:
                return None
            self._held.move_to_end(name)
            return held[1]

    def keep(self, name: str, trace: Trace, seconds: float) -> None:
        """Hold a trace for so long, and push out those that were asked for longest ago."""
        with self._lock:
            self._held[name] = self._clock.monotonic() + seconds, trace
            self._held.move_to_end(name)
            self._forget_old()
            while len(self._held) > 1 and (len(self._held) > MAX_TRACES or self._spans() > MAX_SPANS):
                self._held.popitem(last=False)

    def _spans(self) -> int:
        return sum(len(trace.spans) for _, trace in self._held.values())

    def _forget_old(self) -> None:
        now = self._clock.monotonic()
        for name in [name for name, (until, _) in self._held.items() if until <= now]:
            del self._held[name]
