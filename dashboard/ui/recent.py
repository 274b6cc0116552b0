"""Answers that are asked for several times at once: by the drawing and the panel of one view, by many browsers."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from meshhub.clock import Clock

AnswerT = TypeVar("AnswerT")


@dataclass(slots=True)
class _Slot(Generic[AnswerT]):
    lock: Lock = field(default_factory=Lock)
    made: float = float("-inf")
    answer: AnswerT | None = None


class Recent(Generic[AnswerT]):
    """Keeps answers for a short time. Thread-safe: of those who ask for the same at once, one asks and all wait."""

    def __init__(self, clock: Clock, seconds: float, size: int = 32) -> None:
        self._clock = clock
        self._seconds = seconds
        self._size = size
        self._lock = Lock()
        self._slots: OrderedDict[Hashable, _Slot[AnswerT]] = OrderedDict()

    def get(self, key: Hashable, ask: Callable[[], AnswerT]) -> AnswerT:
        """What `ask` answers, or what it answered not long ago. Its errors are raised and not kept."""
        slot = self._slot(key)
        with slot.lock:
            if slot.answer is None or self._clock.monotonic() - slot.made > self._seconds:
                slot.answer = ask()
                slot.made = self._clock.monotonic()
            return slot.answer

    def _slot(self, key: Hashable) -> _Slot[AnswerT]:
        with self._lock:
            slot = self._slots.pop(key, None) or _Slot[AnswerT]()
            self._slots[key] = slot
            while len(self._slots) > self._size:
                self._slots.popitem(last=False)
            return slot
