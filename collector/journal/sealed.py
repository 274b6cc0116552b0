"""The sealed segments of one signal: what waits for the loader."""

import threading
import time
from bisect import insort
from collections.abc import Callable
from pathlib import Path

from collector.journal.segment import SegmentName, list_segments
from collector.journal.space import DiskSpace


class SealedSegments:
    """The segments in a directory, oldest first, and since when each has waited. Thread-safe."""

    def __init__(self, directory: Path, space: DiskSpace, now: Callable[[], float] = time.time) -> None:
        self.directory = directory
        self._space = space
        self._now = now
        self._changed = threading.Condition()
        self._names: list[SegmentName] = []
        self._since: dict[SegmentName, float] = {}
        self._sizes: dict[SegmentName, int] = {}
        self._found: set[SegmentName] = set()
        self._woken = False

    def __len__(self) -> int:
        return len(self._names)

    def is_found(self, name: SegmentName) -> bool:
        """Whether this process did not write the segment itself, so that it cannot vouch for its content."""
        return name in self._found

    def vouch(self, name: SegmentName) -> None:
        """Note that a segment's content was checked."""
        self._found.discard(name)

    def path(self, name: SegmentName) -> Path:
        return self.directory / name.file_name

    def waiting(self) -> list[SegmentName]:
        """All segments, oldest first."""
        with self._changed:
            return list(self._names)

    def lag_seconds(self) -> float:
        """How long the oldest segment has waited; 0 if none does."""
        with self._changed:
            oldest = min(self._since.values(), default=None)
        return 0.0 if oldest is None else max(0.0, self._now() - oldest)

    def receive(self, name: SegmentName, size: int, since: float, put: Callable[[Path], None]) -> None:
        """Let a segment in whose bytes are counted already.

        Args:
            since: Unix time of its first record, seconds.
            put: moves the file into the directory it is given.
        """
        with self._changed:
            put(self.directory)
            self._add(name, size, since)

    def forget(self, name: SegmentName) -> None:
        """Note that a segment's file is gone, and give its bytes back."""
        with self._changed:
            if self._since.pop(name, None) is None:
                return
            self._names.remove(name)
            self._found.discard(name)
            size = self._sizes.pop(name)
        self._space.give(size)

    def refresh(self) -> None:
        """Find segments that others put into the directory (a retry from quarantine, an earlier run).

        Raises:
            OSError: the directory cannot be read.
        """
        with self._changed:
            for name in list_segments(self.directory):
                if name not in self._since:
                    stats = self.path(name).stat()
                    self._space.hold(stats.st_size)
                    self._found.add(name)
                    self._add(name, stats.st_size, stats.st_mtime)

    def wait(self, seconds: float) -> None:
        """Wait until a segment is there, somebody wakes the waiter, or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._names or self._woken, seconds)
            self._woken = False

    def pause(self, seconds: float) -> None:
        """Wait until somebody wakes the waiter, or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._woken, seconds)
            self._woken = False

    def wake(self) -> None:
        """End a wait that is under way, or the next one."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def _add(self, name: SegmentName, size: int, since: float) -> None:
        insort(self._names, name, key=lambda other: other.age_order)
        self._since[name] = since
        self._sizes[name] = size
        self._changed.notify_all()
