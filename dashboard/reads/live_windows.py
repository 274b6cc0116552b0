"""Which live windows somebody looks at, and when each is to be made anew."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

ASKED_SECONDS = 60.0
"""A window that nobody asked for in this time is let go."""

MOST = 3
"""Windows that are kept up: those asked for last."""

CHEAP_SECONDS = 0.2
"""What takes less is made when it is asked for."""

BUSY_SECONDS = 5.0
"""What takes longer is left to those who ask: the engine has more to do than it can."""


@dataclass(frozen=True, slots=True)
class LiveWindow:
    """A window that ends now. `make` makes its answer, whatever the time is then, and keeps it."""

    make: Callable[[], object]
    asked: float
    made: float
    took: float

    @property
    def due(self) -> float:
        """When it is to be made anew: it is done by the time that the last one is old, and costs a sixth of a core at
        most."""
        return self.made + min(5 * self.took, 10.0 - self.took)

    @property
    def worthwhile(self) -> bool:
        return CHEAP_SECONDS <= self.took <= BUSY_SECONDS


class LiveWindows:
    """The windows by question. Times are monotonic seconds. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: OrderedDict[Hashable, LiveWindow] = OrderedDict()

    def asked(self, question: Hashable, now: float) -> None:
        """Somebody asked for it."""
        with self._lock:
            known = self._windows.get(question)
            if known is not None:
                self._windows[question] = LiveWindow(known.make, now, known.made, known.took)
                self._windows.move_to_end(question)

    def made(self, question: Hashable, make: Callable[[], object], now: float, took: float) -> None:
        """It was made, until now, in `took` seconds."""
        with self._lock:
            known = self._windows.get(question)
            asked = now if known is None else known.asked
            self._windows[question] = LiveWindow(make, asked, now, took)
            while len(self._windows) > MOST:
                self._windows.popitem(last=False)

    def due(self, now: float) -> list[LiveWindow]:
        """Those to be made anew now."""
        with self._lock:
            for question, window in list(self._windows.items()):
                if now - window.asked > ASKED_SECONDS:
                    del self._windows[question]
            return [window for window in self._windows.values() if window.worthwhile and window.due <= now]
