"""Group commit: one thread per signal writes what came in since its last write, all at once, and then says so."""

import asyncio
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from collector.instruments import Instruments
from collector.journal.open_segment import OpenSegment
from collector.journal.record import encode
from collector.journal.sealed import SealedSegments
from collector.journal.segment import SegmentName
from collector.journal.space import DiskSpace, JournalFull
from collector.settings import JournalSettings
from meshhub.model import Signal

MAX_GROUP = 300
"""Records of one write: three parts each, and the system takes 1024."""

_BUSY_SECONDS = 0.05
_AFTER_FAILURE_SECONDS = 1.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pending:
    """A request that waits to be written, and the future that waits for it."""

    body: bytes
    tenant: bytes
    received: int
    durable: asyncio.Future[None]


class Writer:
    """Appends requests of one signal to segments, and seals these by size or age."""

    def __init__(
        self,
        signal: Signal,
        directory: Path,
        sealed: SealedSegments,
        space: DiskSpace,
        settings: JournalSettings,
        instruments: Instruments,
        names: Iterator[SegmentName],
    ) -> None:
        self._signal = signal
        self._directory = directory
        self._sealed = sealed
        self._space = space
        self._durable = settings.durability == "fsync"
        self._segment_bytes = int(settings.segment_bytes)
        self._segment_age = settings.segment_age_seconds
        self._instruments = instruments
        self._names = names
        self._queue: SimpleQueue[Pending | None] = SimpleQueue()
        self._entry = threading.Lock()
        self._stopping = False
        self._open: OpenSegment | None = None
        self._since = 0.0
        self._due = 0.0
        self._thread = threading.Thread(target=self._run, name=f"journal-{signal}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Write what is pending, seal, and end the thread."""
        with self._entry:
            self._stopping = True
            self._queue.put(None)
        self._thread.join()

    def append(self, body: bytes, tenant: bytes) -> asyncio.Future[None]:
        """Queue a request. The future belongs to the running loop and is done when the request is durable.

        Its exception is JournalFull if the request was not written.
        """
        durable = asyncio.get_running_loop().create_future()
        with self._entry:  # nothing enters behind the None that ends the queue
            if self._stopping:
                durable.set_exception(JournalFull("the hub is stopping", retry_after=1.0))
            else:
                self._queue.put(Pending(body, tenant, time.time_ns(), durable))
        return durable

    def _run(self) -> None:
        is_last = False
        while not is_last:
            batch, is_last = self._next_batch()
            for group in _groups(batch, self._segment_bytes):
                self._commit(group)
            if self._open is not None and (is_last or self._seconds_to_seal() <= 0):
                self._seal(self._open)

    def _next_batch(self) -> tuple[list[Pending], bool]:
        """All that has come in, and whether that was the last; waits for it, but not longer than the segment may."""
        batch: list[Pending] = []
        with suppress(Empty):
            first = self._queue.get(timeout=self._patience())
            entries = [first, *(self._queue.get_nowait() for _ in range(self._queue.qsize()))]
            batch = [entry for entry in entries if entry is not None]
            return batch, len(batch) < len(entries)
        return batch, False

    def _patience(self) -> float | None:
        return None if self._open is None else max(self._seconds_to_seal(), 0.001)

    def _seconds_to_seal(self) -> float:
        """While the loader has work, a segment may go on growing: larger segments load faster."""
        left = self._due - time.monotonic()
        return _BUSY_SECONDS if left <= 0 and len(self._sealed) else left

    def _commit(self, group: list[Pending]) -> None:
        started = time.monotonic()
        error: Exception | None = None
        try:
            self._write(group)
        except JournalFull as full:
            error = full
        except OSError as failure:
            logger.error("could not write to the journal of %s: %s", self._signal, failure)
            error = self._space.fail(failure)
        except Exception as failure:
            logger.exception("could not write to the journal of %s", self._signal)
            error = failure
        else:
            self._instruments.committed(self._signal, time.monotonic() - started, len(group))
        _settle(group, error)
        if self._open is not None and self._open.size >= self._segment_bytes:
            self._seal(self._open)

    def _write(self, group: list[Pending]) -> None:
        parts: list[bytes] = []
        for pending in group:
            parts.extend(encode(pending.body, pending.received, pending.tenant))
        size = sum(map(len, parts))
        self._space.take(size)
        try:
            if self._open is None:
                self._open = OpenSegment(self._directory, next(self._names), durable=self._durable)
                self._due = time.monotonic() + self._segment_age
                self._since = group[0].received / 1e9
            self._open.append(parts)
        except BaseException:
            self._space.give(size)
            raise

    def _seal(self, segment: OpenSegment) -> None:
        try:
            if segment.size:
                self._sealed.receive(segment.name, segment.size, self._since, segment.seal)
            else:
                segment.discard()
        except OSError as error:
            logger.error("could not seal the segment %s: %s; trying again", segment.name, error)
            self._due = time.monotonic() + _AFTER_FAILURE_SECONDS
        else:
            self._open = None


def _groups(batch: list[Pending], max_bytes: int) -> Iterator[list[Pending]]:
    """The batch in its order, in groups that one write takes and that pass a segment's size only by the last record."""
    group: list[Pending] = []
    size = 0
    for pending in batch:
        group.append(pending)
        size += len(pending.body)
        if len(group) == MAX_GROUP or size >= max_bytes:
            yield group
            group, size = [], 0
    if group:
        yield group


def _settle(group: list[Pending], error: Exception | None) -> None:
    """Answer each future on the loop it belongs to; one wake-up per loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for pending in group:
        by_loop.setdefault(pending.durable.get_loop(), []).append(pending.durable)
    for loop, futures in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_answer, futures, error)


def _answer(futures: list[asyncio.Future[None]], error: Exception | None) -> None:
    for future in futures:
        if future.done():  # the client is gone
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
