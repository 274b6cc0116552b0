"""The journal: what was acknowledged, on disk, until the engine has it."""

import asyncio
import logging
import secrets
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from collector.instruments import Instruments
from collector.journal.directory import check_format
from collector.journal.recovery import recover
from collector.journal.sealed import SealedSegments
from collector.journal.segment import SegmentName, list_segments, make_directory
from collector.journal.space import DiskSpace
from collector.journal.writer import Writer
from collector.settings import JournalSettings
from meshhub.errors import MeshhubError
from meshhub.model import Signal

logger = logging.getLogger(__name__)


class Journal:
    """Takes requests of all signals and answers when they are durable; hands sealed segments to the loaders.

    The journal id in the names is made anew each time a journal is opened, so that no name, and no deduplication
    token, is ever used twice: not after the directory was emptied, nor after it was restored from a copy.
    """

    def __init__(self, directory: Path, settings: JournalSettings, instruments: Instruments) -> None:
        self._directory = directory
        self._settings = settings
        self._instruments = instruments
        self.space = DiskSpace(directory, int(settings.max_bytes), int(settings.min_free_bytes))
        self.sealed = {signal: SealedSegments(directory / signal / "sealed", self.space) for signal in Signal}
        self._writers: dict[Signal, Writer] = {}

    def open(self) -> None:
        """Recover what an earlier run left, and start to take requests. The caller holds the directory's lock.

        Raises:
            MeshhubError: the directory cannot be used.
        """
        identity = secrets.token_hex(8)
        try:
            make_directory(self._directory)
            check_format(self._directory)
            for signal in Signal:
                self._writers[signal] = self._prepare(signal, identity)
        except OSError as error:
            raise MeshhubError(f"could not open the journal {self._directory}: {error.strerror or error}") from error
        for writer in self._writers.values():
            writer.start()

    def append(self, signal: Signal, body: bytes, tenant: str = "") -> asyncio.Future[None]:
        """Queue an encoded Export*ServiceRequest. To be called on an event loop, which the future belongs to.

        The future is done when the request is as durable as the settings ask; its exception is JournalFull if the
        request was not taken, and then nothing of it is kept.
        """
        return self._writers[signal].append(body, tenant.encode())

    def close(self) -> None:
        """Write what is pending and seal it. Blocks for as long as the disk takes."""
        for writer in self._writers.values():
            writer.stop()

    def _prepare(self, signal: Signal, identity: str) -> Writer:
        open_directory = self._directory / signal / "open"
        sealed = self.sealed[signal]
        for directory in (open_directory, sealed.directory):
            make_directory(directory)
        found = recover(open_directory, sealed.directory)
        if found.damages:
            self._instruments.journal_damaged(signal, found.damages, found.lost_bytes)
        sealed.refresh()
        names = _names(signal, identity, [*sealed.waiting(), *list_segments(open_directory)])
        return Writer(signal, open_directory, sealed, self.space, self._settings, self._instruments, names)


def _names(signal: Signal, identity: str, present: list[SegmentName]) -> Iterator[SegmentName]:
    """Names that sort after all that are there."""
    first = max((name.sequence for name in present), default=0) + 1
    return (SegmentName(signal, identity, sequence) for sequence in count(first))
