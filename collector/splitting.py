"""Cutting a segment in two, so that the record that the engine refuses is found."""

from functools import partial
from pathlib import Path

from collector.journal.record import Extent, scan
from collector.journal.segment import SegmentName, sync_directory, write_all, write_durably


def split(directory: Path, name: SegmentName) -> None:
    """Put the halves of a segment in its place. The segment has two records or more, none of them damaged.

    The halves count once the segment is gone (recovery removes them if it is not): a crash at any point leaves either
    the segment or its halves to be loaded, and their names, the engine's tokens, are the same each time.

    Raises:
        OSError: the segment is as it was.
    """
    path = directory / name.file_name
    data = path.read_bytes()
    extents = list(scan(data))
    middle = len(extents) // 2
    for index, half in enumerate((extents[:middle], extents[middle:])):
        write_durably(directory / name.half(index).file_name, partial(_write, data=data, extents=half))
    path.unlink()
    sync_directory(directory)


def _write(descriptor: int, *, data: bytes, extents: list[Extent]) -> None:
    write_all(descriptor, memoryview(data)[extents[0].start : extents[-1].end])
