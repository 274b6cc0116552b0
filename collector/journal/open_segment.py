"""The segment that is being written."""

import os
from contextlib import suppress
from pathlib import Path

from collector.journal.segment import SegmentName, sync_directory, write_all


class OpenSegment:
    """One file that records are appended to, and that holds whole appends only, whatever fails.

    Not thread-safe: it belongs to its writer.
    """

    def __init__(self, directory: Path, name: SegmentName, *, durable: bool) -> None:
        """Create the file.

        Raises:
            OSError: it could not be created.
        """
        self.name = name
        self.size = 0
        self._path = directory / name.file_name
        self._durable = durable
        self._torn = False
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(self._path, flags, 0o640)
        try:
            if durable:
                sync_directory(directory)
        except OSError:
            self.discard()
            raise

    def append(self, parts: list[bytes]) -> None:
        """Write the parts one after the other, and make them durable where that is asked for.

        Raises:
            OSError: none of the parts is in the file, or none will be before it is next written to or sealed.
        """
        self._mend()
        self._torn = True
        try:
            size = sum(map(len, parts))
            written = os.writev(self._descriptor, parts)
            if written < size:
                write_all(self._descriptor, b"".join(parts)[written:])
            if self._durable:
                os.fdatasync(self._descriptor)
        except OSError:
            with suppress(OSError):
                self._mend()
            raise
        self.size += size
        self._torn = False

    def seal(self, directory: Path) -> None:
        """Move the finished file to where the loader finds it.

        Raises:
            OSError: it stays where it is, and may be written to or sealed later.
        """
        self._mend()
        self._path.rename(directory / self.name.file_name)
        os.close(self._descriptor)
        if self._durable:
            with suppress(OSError):  # after a power cut it is found in either place
                sync_directory(directory)
                sync_directory(self._path.parent)

    def discard(self) -> None:
        """Remove the file."""
        os.close(self._descriptor)
        with suppress(OSError):
            self._path.unlink()

    def _mend(self) -> None:
        """Cut what a failed append left behind."""
        if self._torn:
            os.ftruncate(self._descriptor, self.size)
            if self._durable:
                os.fdatasync(self._descriptor)
            self._torn = False
