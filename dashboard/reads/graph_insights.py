"""What was worked out about graphs, kept for as long as these very graphs are asked about."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar
from weakref import ref

from dashboard.reads.collection import without_collection
from topology.model import ServiceGraph

AnswerT = TypeVar("AnswerT")


@dataclass(slots=True)
class _Slot(Generic[AnswerT]):
    graphs: tuple["ref[ServiceGraph]", ...]
    lock: Lock = field(default_factory=Lock)
    answer: AnswerT | None = None


class GraphInsights(Generic[AnswerT]):
    """Keeps the answers about the graphs asked about last. Thread-safe: of those who ask for the same at once, one
    works it out and all wait.

    A graph is known by being the same object, which it is for as long as dashboard.reads shares it; it is not kept
    alive for its answer.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._slots: OrderedDict[tuple[int, ...], _Slot[AnswerT]] = OrderedDict()

    def get(self, graphs: tuple[ServiceGraph, ...], make: Callable[[], AnswerT]) -> AnswerT:
        """What `make` makes of these graphs, or made of them before. Its errors are raised and not kept."""
        slot = self._slot(graphs)
        with slot.lock:
            if slot.answer is None:
                with without_collection():
                    slot.answer = make()
            return slot.answer

    def _slot(self, graphs: tuple[ServiceGraph, ...]) -> _Slot[AnswerT]:
        name = tuple(map(id, graphs))
        with self._lock:
            slot = self._slots.pop(name, None)
            if slot is None or any(kept() is not graph for kept, graph in zip(slot.graphs, graphs, strict=True)):
                slot = _Slot[AnswerT](tuple(map(ref, graphs)))
            self._slots[name] = slot
            while len(self._slots) > self._size:
                self._slots.popitem(last=False)
            return slot
