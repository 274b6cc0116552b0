"""Segment files: how they are named, found and put in place."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from meshhub.model import Signal

SUFFIX = ".segment"
UNFINISHED = ".tmp"

_NAME = re.compile(
    rf"(?P<signal>{'|'.join(Signal)})-(?P<journal>[0-9a-f]{{16}})-(?P<sequence>\d{{12,19}})(?P<parts>(?:\.[01])*)"
)


@dataclass(frozen=True, slots=True)
class SegmentName:
    """Names a segment, and is the token by which the engine knows that it has seen it.

    `parts` tells which half of a half of the original this is; empty for a segment as it was written.
    """

    signal: Signal
    journal: str
    sequence: int
    parts: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The name in a text, or None if the text is none."""
        match = _NAME.fullmatch(text)
        if match is None:
            return None
        parts = tuple(int(part) for part in match["parts"].split(".")[1:])
        return cls(Signal(match["signal"]), match["journal"], int(match["sequence"]), parts)

    def __str__(self) -> str:
        return f"{self.signal}-{self.journal}-{self.sequence:012d}" + "".join(f".{part}" for part in self.parts)

    @property
    def file_name(self) -> str:
        return f"{self}{SUFFIX}"

    @property
    def age_order(self) -> tuple[int, tuple[int, ...], str]:
        """Sorts segments of one signal oldest first."""
        return self.sequence, self.parts, self.journal

    def half(self, index: int) -> "SegmentName":
        """The name of the first (0) or second (1) half."""
        return replace(self, parts=(*self.parts, index))

    def ancestors(self) -> Iterator["SegmentName"]:
        """The segments that this one is a part of."""
        return (replace(self, parts=self.parts[:length]) for length in range(len(self.parts)))


def list_segments(directory: Path) -> list[SegmentName]:
    """The segments in a directory, oldest first; files that are none are left out.

    Raises:
        OSError: the directory cannot be read.
    """
    names = (SegmentName.parse(path.stem) for path in directory.iterdir() if path.suffix == SUFFIX)
    return sorted((name for name in names if name is not None), key=lambda name: name.age_order)


def sync_directory(directory: Path) -> None:
    """Make the creation, renaming and removal of files in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(directory: Path) -> None:
    """Make a directory and those above it that are missing, durably."""
    if not directory.is_dir():
        make_directory(directory.parent)
        directory.mkdir(exist_ok=True)
        sync_directory(directory.parent)


def write_durably(path: Path, write: Callable[[int], None]) -> None:
    """Create a file whole or not at all: `write` fills an unfinished file, which then takes its name, durably.

    Raises:
        OSError: the file could not be written; nothing is left of it.
    """
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        with _opened(unfinished) as descriptor:
            write(descriptor)
            os.fsync(descriptor)
        unfinished.rename(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write all bytes, however many calls that takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
