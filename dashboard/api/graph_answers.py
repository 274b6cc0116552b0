"""Bodies of graphs that were written already: all who ask for one graph in one way get the same bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from topology.model import ServiceGraph

MAX_BYTES = 64 * 1024 * 1024


class GraphAnswers:
    """Keeps the bodies used last, up to a size. Thread-safe; two threads may write the same at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[ServiceGraph, bytes]] = OrderedDict()

    def body(self, graph: ServiceGraph, question: Hashable, write: Callable[[], bytes]) -> bytes:
        """What `write` makes of the graph, or made of this very object before.

        Args:
            graph: as dashboard.reads shares it: the same object for as long as it is given out.
            question: all else that the body depends on.
            write: makes the body.
        """
        with self._lock:
            kept = self._kept.get(question)
            if kept is not None and kept[0] is graph:
                self._kept.move_to_end(question)
                return kept[1]
        body = write()
        with self._lock:
            self._kept[question] = (graph, body)
            while self._kept and sum(len(each) for _, each in self._kept.values()) > MAX_BYTES:
                self._kept.popitem(last=False)
        return body
