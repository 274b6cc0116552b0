"""One graph for all who ask for the same window at about the same time: pages, the API, alerts."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard.reads.live_windows import LiveWindows
from meshhub.clock import Clock
from meshhub.model import TimeRange
from topology.model import ServiceGraph

SERVED_PER_SECOND = 5.0
"""How many times as long as it took to make a graph is given out: making it costs a sixth of a core at most."""

LONGEST_SERVED = 10.0
"""Seconds after which a graph is made anew in any case."""

LIVE_SECONDS = 15.0
"""A window that ends within these seconds of now is a live one: it moves on, and what it is about is its length."""

MAX_EDGES = 40_000
"""Edges of all graphs that are kept, at about 5 kB each."""

LIVE = "live"

Question = tuple[Any, ...]
Make = Callable[[TimeRange], ServiceGraph]


@dataclass(frozen=True, slots=True)
class _Kept:
    graph: ServiceGraph
    served_until: float
    """Monotonic. Ten seconds longer, those who would have to wait for a new one get it too."""


class SharedGraphs:
    """Keeps graphs for as long as they are as good as new. Thread-safe.

    A live window is answered by the graph of the same length that was made up to ten seconds ago, in proportion to
    what it costs: at once in a small mesh, every ten seconds in one of a thousand services. While one thread makes a
    graph anew, the others that ask for it get the one before, or wait for it if there is none that is recent. `refresh`
    makes those that take long before they are old.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Question, _Kept] = OrderedDict()
        self._making: dict[Question, threading.Lock] = {}
        self._live = LiveWindows()

    def graph(self, window: TimeRange, options: Question, make: Make) -> ServiceGraph:
        """The graph of a window, or of one of the same length that ended some seconds before.

        Args:
            window: what is asked for.
            options: what else tells the question from others.
            make: makes the graph of a window.
        """
        question = (*self._position(window), *options)
        self._live.asked(question, self._clock.monotonic())
        kept = self._find(question)
        if kept is not None and self._clock.monotonic() < kept.served_until:
            return kept.graph
        with self._lock:
            turn = self._making.setdefault(question, threading.Lock())
        if not turn.acquire(blocking=kept is None) and kept is not None:
            return kept.graph
        try:
            again = self._find(question)
            if again is not None and again is not kept and self._clock.monotonic() < again.served_until:
                return again.graph
            return self._make(question, window, make)
        finally:
            with self._lock:
                self._making.pop(question, None)
            turn.release()

    def refresh(self) -> None:
        """Make anew the live graphs that somebody asked for a short time ago and that are old soon. Blocks for it.

        Raises:
            StorageError: a graph could not be made.
        """
        for window in self._live.due(self._clock.monotonic()):
            window.make()

    def _position(self, window: TimeRange) -> Question:
        """Where the window is: the same for all ends within a live window's reach."""
        length = round(window.seconds / 10)
        if abs((self._clock.now() - window.end).total_seconds()) <= LIVE_SECONDS:
            return LIVE, length
        return "past", int(window.start.timestamp() // 10), -int(-window.end.timestamp() // 10)

    def _find(self, question: Question) -> _Kept | None:
        """What is kept, if it is not too old to be given to those who need not wait."""
        with self._lock:
            kept = self._kept.get(question)
            if kept is None or self._clock.monotonic() > kept.served_until + LONGEST_SERVED:
                return None
            self._kept.move_to_end(question)
            return kept

    def _make(self, question: Question, window: TimeRange, make: Make) -> ServiceGraph:
        asked = self._clock.monotonic()
        graph = make(window)
        made = self._clock.monotonic()
        with self._lock:
            self._kept[question] = _Kept(graph, made + min(SERVED_PER_SECOND * (made - asked), LONGEST_SERVED))
            while len(self._kept) > 1 and sum(len(kept.graph.edges) for kept in self._kept.values()) > MAX_EDGES:
                self._kept.popitem(last=False)
        if question[0] == LIVE:
            length = window.end - window.start

            def again() -> ServiceGraph:
                return self._make(question, TimeRange.last(length, now=self._clock.now()), make)

            self._live.made(question, again, made, made - asked)
        return graph
