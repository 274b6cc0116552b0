"""What is done to segments that a crash, a power cut or a failing disk may have damaged."""

import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from collector.journal.record import Extent, scan
from collector.journal.segment import (
    UNFINISHED,
    SegmentName,
    list_segments,
    sync_directory,
    write_all,
    write_durably,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Salvage:
    """What a segment held: whole records, and stretches that are none."""

    records: int
    damages: int
    lost_bytes: int


def recover(open_directory: Path, sealed_directory: Path) -> Salvage:
    """Bring a signal's directories into the state that a clean stop leaves: every segment sealed and whole.

    A segment that cannot be read stays where it is, for the next start.

    Raises:
        OSError: the directories cannot be read.
    """
    for directory in (open_directory, sealed_directory):
        _remove_unfinished(directory)
    _remove_early_halves(sealed_directory)
    total = Salvage(0, 0, 0)
    for name in list_segments(open_directory):
        try:
            found = salvage(open_directory / name.file_name, sealed_directory / name.file_name)
        except OSError as error:
            logger.error("could not recover the segment %s: %s; it is left in %s", name, error, open_directory)
            continue
        logger.info("recovered the segment %s with %d records", name, found.records)
        total = Salvage(
            total.records + found.records, total.damages + found.damages, total.lost_bytes + found.lost_bytes
        )
    return total


def salvage(source: Path, target: Path) -> Salvage:
    """Move the whole records of a segment to `target`, which may be the source; nothing is left if there are none.

    Memory: the size of the segment.

    Raises:
        OSError: the source is as it was.
    """
    data = source.read_bytes()
    extents = list(scan(data))
    whole = [extent for extent in extents if extent.intact]
    damages = [extent for extent in extents if not extent.intact]
    for damage in damages:
        _log_damage(source, damage, data)
    if not whole:
        source.unlink()
    elif not damages:
        if source != target:
            _sync(source)
            source.rename(target)
            sync_directory(target.parent)
    else:
        write_durably(target, partial(_write_extents, data=data, extents=whole))
        if source != target:
            source.unlink()
    sync_directory(source.parent)
    return Salvage(len(whole), len(damages), sum(damage.size for damage in damages))


def _log_damage(path: Path, damage: Extent, data: bytes) -> None:
    if damage.end == len(data):
        logger.warning("cut %d bytes of an unfinished record from the end of %s", damage.size, path)
    else:
        logger.error("skipped %d damaged bytes at offset %d of %s", damage.size, damage.start, path)


def _write_extents(descriptor: int, *, data: bytes, extents: list[Extent]) -> None:
    view = memoryview(data)
    for extent in extents:
        write_all(descriptor, view[extent.start : extent.end])


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_unfinished(directory: Path) -> None:
    for path in directory.glob(f"*{UNFINISHED}"):
        with suppress(OSError):
            path.unlink()


def _remove_early_halves(directory: Path) -> None:
    """Halves count only once the segment they were cut from is gone: before that, they would be loaded twice."""
    names = list_segments(directory)
    present: set[SegmentName] = set(names)
    for name in names:
        if any(ancestor in present for ancestor in name.ancestors()):
            (directory / name.file_name).unlink()
