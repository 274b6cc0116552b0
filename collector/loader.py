"""Takes sealed segments to the engine, one thread per signal, and deletes what the engine has."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Protocol

from collector.instruments import Instruments
from collector.isolation import Isolation
from collector.journal.sealed import SealedSegments
from collector.journal.segment import SegmentName
from collector.settings import LoaderSettings
from meshhub.errors import StorageError
from meshhub.model import Signal

REFRESH_SECONDS = 2.0
"""How often the directory is read for segments that came from elsewhere, such as a retry from quarantine."""

SUSPICIOUS_AFTER = 3
"""Failures after which the next segment is tried; as often the engine must take that one and fail on this one again
before this one is held to be at fault."""

CALM_REFUSALS = 16
"""Requests quarantined in a row before the loader slows down: the fault may be the engine's, and the quarantine is
bounded, while the journal, once full, makes the clients keep their data."""

DRAIN_FAILURES = 3
"""Failures in a row after which a loader that is to stop leaves the rest for the next start."""

logger = logging.getLogger(__name__)


class SegmentSink(Protocol):
    """Where segments go."""

    def insert_segment(self, signal: Signal, path: Path, token: str) -> None:
        """Make a segment's records queryable, at most once for a token. Blocks until they are durable.

        Raises:
            StorageError: they may not be; `retryable` says whether the same call may succeed later.
        """
        ...


class Attempt(Enum):
    """How an insert ended."""

    LOADED = "loaded"
    FAILED = "failed"
    REFUSED = "refused"


class Loader:
    """Loads the segments of one signal, oldest first.

    While the engine fails it waits and tries again, for as long as it takes. A segment that the engine refuses for
    good is cut in two again and again, until the requests at fault stand alone and go to quarantine.
    """

    def __init__(
        self,
        signal: Signal,
        sealed: SealedSegments,
        sink: SegmentSink,
        isolation: Isolation,
        settings: LoaderSettings,
        instruments: Instruments,
        jitter: Callable[[], float],
    ) -> None:
        """`jitter` gives factors around 1 that spread the delays."""
        self._signal = signal
        self._sealed = sealed
        self._sink = sink
        self._isolation = isolation
        self._settings = settings
        self._instruments = instruments
        self._jitter = jitter
        self._failures = 0
        self._refusals = 0
        self._suspicions: Counter[SegmentName] = Counter()
        self._reasons: dict[SegmentName, str] = {}
        self._loaded: set[SegmentName] = set()
        self._drain_until: float | None = None
        self._refreshed = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"loader-{signal}", daemon=True)
        self.last_error = ""

    def start(self) -> None:
        self._thread.start()

    def stop(self, drain_seconds: float) -> None:
        """Load what is sealed for at most this long, and end the thread after the insert under way."""
        self._drain_until = time.monotonic() + drain_seconds
        self._sealed.wake()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over():
            try:
                self._refresh()
                waiting = self._sealed.waiting()
                if waiting:
                    self._load(waiting)
                else:
                    self._sealed.wait(REFRESH_SECONDS)
            except Exception as error:
                logger.exception("could not load %s; trying again", self._signal)
                self.last_error = str(error)
                self._failures += 1
                self._wait(self._failures)

    def _is_over(self) -> bool:
        until = self._drain_until
        if until is None:
            return False
        return not len(self._sealed) or self._failures >= DRAIN_FAILURES or time.monotonic() >= until

    def _refresh(self) -> None:
        if time.monotonic() - self._refreshed >= REFRESH_SECONDS:
            self._refreshed = time.monotonic()
            self._sealed.refresh()

    def _wait(self, failures: int) -> None:
        delay = self._settings.retry_initial_seconds * 2 ** min(failures - 1, 16)
        delay = min(delay, self._settings.retry_max_seconds) * self._jitter()
        if self._drain_until is not None:
            delay = min(delay, self._drain_until - time.monotonic())
        self._sealed.pause(delay)

    def _load(self, waiting: list[SegmentName]) -> None:
        name = waiting[0]
        attempt = self._insert(name)
        if attempt is Attempt.FAILED:
            if self._is_at_fault(name, waiting[1:]):
                attempt = Attempt.REFUSED
            else:
                self._wait(self._failures)
        if attempt is Attempt.REFUSED:
            self._isolate(name)

    def _insert(self, name: SegmentName) -> Attempt:
        path = self._sealed.path(name)
        try:
            if name not in self._loaded:
                if not self._is_sound(name):
                    return Attempt.LOADED
                self._give(name, path.stat().st_size)
        except StorageError as error:
            return self._note(name, error)
        except FileNotFoundError:
            logger.error("could not load the segment %s: somebody removed its file", name)
        path.unlink(missing_ok=True)
        self._loaded.discard(name)
        self._suspicions.pop(name, None)
        self._reasons.pop(name, None)
        self._sealed.forget(name)
        self._failures = self._refusals = 0
        self.last_error = ""
        return Attempt.LOADED

    def _give(self, name: SegmentName, size: int) -> None:
        started = time.monotonic()
        self._sink.insert_segment(self._signal, self._sealed.path(name), str(name))
        self._instruments.inserted(self._signal, time.monotonic() - started, size)
        self._loaded.add(name)  # should the file resist removal, that alone is tried again

    def _note(self, name: SegmentName, error: StorageError) -> Attempt:
        attempt = Attempt.FAILED if error.retryable else Attempt.REFUSED
        self._instruments.insert_failures.add(1, signal=self._signal.value, kind=attempt.value)
        self.last_error = self._reasons[name] = str(error)
        if error.retryable:
            self._failures += 1
        logger.warning("could not load the segment %s: %s", name, error)
        return attempt

    def _is_sound(self, name: SegmentName) -> bool:
        """Whether anything is left of a segment once damage is cut from it; that is looked for once."""
        if not self._sealed.is_found(name):
            return True
        found = self._isolation.cut_damage(name)
        self._sealed.vouch(name)
        return found.records > 0

    def _is_at_fault(self, name: SegmentName, others: list[SegmentName]) -> bool:
        """Whether the engine keeps failing on this segment while it takes others: then waiting does not help."""
        if self._failures < SUSPICIOUS_AFTER or not others:
            return False
        failures = self._failures
        other = others[failures % len(others)]
        attempt = self._insert(other)
        self._failures = failures
        if attempt is Attempt.LOADED:
            self._suspicions[name] += 1
        elif attempt is Attempt.REFUSED:
            self._isolate(other)
        return self._suspicions[name] >= SUSPICIOUS_AFTER

    def _isolate(self, name: SegmentName) -> None:
        self._failures = 0
        self._suspicions.pop(name, None)
        if self._isolation.narrow(name, self._reasons.pop(name)):
            self._refusals += 1
        if self._refusals > CALM_REFUSALS:
            self._wait(self._refusals - CALM_REFUSALS)
