"""Graphs of times that are over, kept for a while."""

import threading
from collections import OrderedDict
from typing import Protocol

from meshhub.model import TimeRange
from topology.model import Perspective, ServiceGraph

MAX_EDGES = 50_000
"""Edges of all graphs that are kept, at about 3 kB each."""


class Graphs(Protocol):
    """dashboard.reads.graphs.GraphReads."""

    def graph(self, window: TimeRange, *, perspective: Perspective = ...) -> ServiceGraph: ...


class GraphCache:
    """Asks for a graph once, and keeps those used last. Thread-safe; two threads may ask for the same at a time.

    What comes in late for a window that is kept is not seen: it is meant for what others are compared with.
    """

    def __init__(self, graphs: Graphs) -> None:
        self._graphs = graphs
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[TimeRange, Perspective], ServiceGraph] = OrderedDict()

    def graph(self, window: TimeRange, perspective: Perspective) -> ServiceGraph:
        """The graph of a window, possibly as it was when it was asked for before."""
        key = window, perspective
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        graph = self._graphs.graph(window, perspective=perspective)
        with self._lock:
            self._kept[key] = graph
            while len(self._kept) > 1 and sum(len(each.edges) + 1 for each in self._kept.values()) > MAX_EDGES:
                self._kept.popitem(last=False)
        return graph
