"""The journal's directory: whose it is, and which format it has."""

import fcntl
import os
from pathlib import Path
from typing import Self

from collector.journal.segment import make_directory, write_all, write_durably
from meshhub.errors import DataDirectoryInUse, MeshhubError

FORMAT = 1
"""Version of names and record format. A hub refuses to touch a journal of a later one."""


class DirectoryLock:
    """Keeps a second hub out of a data directory, until it is released or the process ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, data_dir: Path) -> Self:
        """Take the lock, creating the directory if need be.

        Raises:
            DataDirectoryInUse: another process has it.
            MeshhubError: the directory cannot be written to.
        """
        path = data_dir / "journal" / "lock"
        try:
            make_directory(path.parent)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise _unusable(data_dir, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if isinstance(error, BlockingIOError):
                raise DataDirectoryInUse(data_dir) from error
            raise _unusable(data_dir, error) from error
        return cls(descriptor)

    def release(self) -> None:
        os.close(self._descriptor)


def check_format(journal_dir: Path) -> None:
    """Note the format in a new journal directory; check it in an old one.

    Raises:
        MeshhubError: a later version of meshhub wrote it, or the directory cannot be read or written.
    """
    path = journal_dir / "format"
    try:
        if not path.exists():
            write_durably(path, lambda descriptor: write_all(descriptor, f"{FORMAT}\n".encode()))
        text = path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError as error:
        raise _unusable(journal_dir, error) from error
    if text != str(FORMAT):
        raise MeshhubError(
            f'could not open the journal {journal_dir}: its format is "{text[:20]}" and this version of meshhub knows '
            f"{FORMAT}. Start the version that wrote it, or let that version load what is left first."
        )


def _unusable(directory: Path, error: OSError) -> MeshhubError:
    return MeshhubError(
        f"could not use the data directory {directory}: {error.strerror or error}. "
        "Make it writable for this user, or give another --data-dir."
    )
