"""A shared log in memory (storage.shared.log.Log), whose engine can be made not to answer."""

import threading
from collections.abc import Sequence

from meshhub.errors import StorageError
from storage.records.shared import Entry, Snapshot


class MemoryLog:
    """`down` makes every call fail and do nothing; `deaf` is how many of the next appends write, and fail."""

    def __init__(self) -> None:
        self.entries: dict[int, Entry] = {}
        self.snapshots: dict[int, Snapshot] = {}
        self.down = False
        self.deaf = 0
        self._lock = threading.Lock()

    def append(self, position: int, writer: str, body: str) -> bool:
        self._answer()
        with self._lock:
            kept = self.entries.setdefault(position, Entry(position, writer, body))
        if self.deaf:
            self.deaf -= 1
            raise StorageError("could not reach the engine: the answer was lost", retryable=True)
        return kept.writer == writer

    def after(self, position: int) -> Sequence[Entry]:
        self._answer()
        with self._lock:
            return [entry for place, entry in sorted(self.entries.items()) if place > position]

    def last(self) -> Entry | None:
        self._answer()
        with self._lock:
            return self.entries[max(self.entries)] if self.entries else None

    def snapshot(self) -> Snapshot | None:
        self._answer()
        with self._lock:
            return self.snapshots[max(self.snapshots)] if self.snapshots else None

    def keep(self, snapshot: Snapshot) -> None:
        self._answer()
        with self._lock:
            self.snapshots.setdefault(snapshot.position, snapshot)

    def forget(self, position: int) -> None:
        self._answer()
        with self._lock:
            for place in [place for place in self.entries if place <= position]:
                del self.entries[place]

    def _answer(self) -> None:
        if self.down:
            raise StorageError("could not reach the engine: it is down", retryable=True)
