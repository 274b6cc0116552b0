"""How much of the disk the journal may use."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from meshhub.errors import MeshhubError

RETRY_SECONDS = 10.0
"""What a refused client is told to wait: about the time in which a lagging engine takes a segment or two."""

_PROBE_SECONDS = 1.0


class JournalFull(MeshhubError):
    """A request was not journaled for want of space. `retry_after` is in seconds."""

    def __init__(self, reason: str, retry_after: float = RETRY_SECONDS) -> None:
        super().__init__(f"could not journal the request: {reason}")
        self.retry_after = retry_after


class DiskSpace:
    """Counts the bytes of all segments against two bounds. Thread-safe."""

    def __init__(
        self, directory: Path, max_bytes: int, min_free_bytes: int, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._directory = directory
        self._max_bytes = max_bytes
        self._min_free_bytes = min_free_bytes
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._used = 0
        self._full_since: float | None = None

    @property
    def used(self) -> int:
        """Bytes of all segments."""
        return self._used

    @property
    def is_full(self) -> bool:
        """Whether a request would now be refused, as far as is known without trying.

        True for a second after a refusal, unless space was given back: then one request is let through to try.
        """
        since = self._full_since
        return since is not None and self._monotonic() - since < _PROBE_SECONDS

    def hold(self, size: int) -> None:
        """Count bytes that are there already, whatever the bounds say."""
        with self._lock:
            self._used += size

    def take(self, size: int) -> None:
        """Count bytes about to be written.

        Raises:
            JournalFull: a bound would be passed; nothing was counted.
        """
        with self._lock:
            if self._used + size > self._max_bytes:
                self._full_since = self._monotonic()
                raise JournalFull(f"it holds {self._used} bytes and may hold {self._max_bytes}")
            free = self._free()
            if free - size < self._min_free_bytes:
                self._full_since = self._monotonic()
                raise JournalFull(f"its file system has {free} bytes free, {self._min_free_bytes} must stay free")
            self._used += size
            self._full_since = None

    def give(self, size: int) -> None:
        """Count bytes that are there no more."""
        with self._lock:
            self._used = max(0, self._used - size)
            self._full_since = None

    def fail(self, error: OSError) -> JournalFull:
        """Note that the disk refused a write, and say so."""
        with self._lock:
            self._full_since = self._monotonic()
        return JournalFull(f"{error.strerror or error}")

    def _free(self) -> int:
        stats = os.statvfs(self._directory)
        return stats.f_bavail * stats.f_frsize
