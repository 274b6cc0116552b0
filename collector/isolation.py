"""What is done with a segment that the engine refuses for good: the requests at fault are found and set aside."""

import logging
from datetime import UTC, datetime

from collector.instruments import Instruments
from collector.journal.recovery import Salvage, salvage
from collector.journal.sealed import SealedSegments
from collector.journal.segment import SegmentName
from collector.quarantine import Quarantine
from collector.splitting import split
from meshhub.model import Signal

logger = logging.getLogger(__name__)


class Isolation:
    """Narrows the segments of one signal down: damage is cut out, halves are made, a single request is set aside."""

    def __init__(
        self,
        signal: Signal,
        sealed: SealedSegments,
        quarantine: Quarantine,
        quarantine_bytes: int,
        instruments: Instruments,
    ) -> None:
        self._signal = signal
        self._sealed = sealed
        self._quarantine = quarantine
        self._quarantine_bytes = quarantine_bytes
        self._instruments = instruments

    def narrow(self, name: SegmentName, reason: str) -> bool:
        """Take one step; whether a request went to quarantine.

        Raises:
            OSError: the disk failed; the segment is as it was.
        """
        found = self.cut_damage(name)
        if found.damages or not found.records:
            return False
        if found.records > 1:
            split(self._sealed.directory, name)
            self._sealed.forget(name)
            self._sealed.refresh()
            return False
        self._set_aside(name, reason)
        return True

    def cut_damage(self, name: SegmentName) -> Salvage:
        """Leave whole requests only; the segment is gone if there are none.

        Raises:
            OSError: the disk failed; the segment is as it was.
        """
        path = self._sealed.path(name)
        found = salvage(path, path)
        if found.damages:
            self._instruments.journal_damaged(self._signal, found.damages, found.lost_bytes)
        if not found.records:
            self._sealed.forget(name)
        return found

    def _set_aside(self, name: SegmentName, reason: str) -> None:
        self._quarantine.put(name, self._sealed.path(name), reason, datetime.now(UTC))
        self._sealed.forget(name)
        self._instruments.quarantined.add(1, signal=self._signal.value)
        logger.error("put the request %s into quarantine: %s", name, reason)
        for entry in self._quarantine.drop_oldest(self._quarantine_bytes):
            self._instruments.quarantine_dropped.add(1, signal=entry.signal.value)
            logger.error("dropped the request %s from quarantine, which is over its bound", entry.name)
