"""Requests that the engine refuses for good: kept with the reason, shown, and given another try on demand.

An entry is a pair of files under <data>/quarantine/<signal>: <name>.pb is a segment of one record, <name>.json says
why it is there. A request is in one place at any time: it comes and goes by renaming the .pb file.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from google.protobuf.json_format import MessageToJson
from google.protobuf.message import DecodeError, Message

from collector.batches import BATCHES
from collector.journal.record import message_of, received_time
from collector.journal.segment import SegmentName, make_directory, sync_directory, write_all, write_durably
from collector.schema import SCHEMAS
from meshhub.errors import MeshhubError, NotFound
from meshhub.model import Signal

CONTENT, DESCRIPTION = ".pb", ".json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One request in quarantine. Times are ISO 8601, UTC; `size` is in bytes."""

    name: str
    signal: Signal
    reason: str
    quarantined_at: str
    received_at: str
    size: int


class Quarantine:
    """The quarantine of a data directory. Works on a directory that a running hub uses, too."""

    def __init__(self, data_dir: Path) -> None:
        self._directory = data_dir / "quarantine"
        self._journal = data_dir / "journal"

    def put(self, name: SegmentName, sealed: Path, reason: str, now: datetime) -> None:
        """Move a sealed segment of one record here.

        Raises:
            OSError: it is still where it was.
        """
        directory = self._directory / name.signal
        make_directory(directory)
        received = datetime.fromtimestamp(received_time(sealed.read_bytes()) / 1e9, UTC)
        entry = Entry(str(name), name.signal, reason, now.isoformat(), received.isoformat(), sealed.stat().st_size)
        text = json.dumps(asdict(entry), indent=2).encode()
        write_durably(directory / f"{name}{DESCRIPTION}", lambda descriptor: write_all(descriptor, text))
        sealed.rename(directory / f"{name}{CONTENT}")
        sync_directory(directory)
        sync_directory(sealed.parent)

    def drop_oldest(self, max_bytes: int) -> list[Entry]:
        """Remove the oldest entries until the rest fits; what was removed."""
        entries = self.list()
        size = sum(entry.size for entry in entries)
        dropped = []
        for entry in entries:
            if size <= max_bytes:
                break
            size -= entry.size
            self._content(entry).unlink(missing_ok=True)
            self._description(entry).unlink(missing_ok=True)
            dropped.append(entry)
        return dropped

    def list(self) -> "list[Entry]":
        """All entries, oldest first."""
        paths = self._directory.glob(f"*/*{CONTENT}")
        entries = (_read(path) for path in paths)
        return sorted(
            (entry for entry in entries if entry is not None), key=lambda entry: (entry.quarantined_at, entry.name)
        )

    def find(self, name: str) -> Entry:
        """The entry of this name.

        Raises:
            NotFound: there is none.
        """
        for entry in self.list():
            if entry.name == name:
                return entry
        raise NotFound(f"could not find {name} in quarantine: see the names with `meshhub quarantine list`")

    def show(self, name: str) -> str:
        """The content of an entry as JSON, as far as it can be decoded.

        Raises:
            NotFound: there is no such entry.
        """
        entry = self.find(name)
        message = message_of(self._content(entry).read_bytes())
        kind = _message_class(entry.signal)
        with suppress(DecodeError):
            if kind is not None:
                return MessageToJson(kind.FromString(message))
        return json.dumps({"undecodable": message.hex()})

    def retry(self, name: str) -> None:
        """Give a request back to the loader of the hub that runs, or of the next one to start.

        It goes under the name, the engine's token, that it had: what the engine may have taken of it is not doubled.

        Raises:
            NotFound: there is no such entry.
            MeshhubError: the files could not be moved; the entry is as it was.
        """
        entry = self.find(name)
        sealed = self._journal / entry.signal / "sealed"
        segment = SegmentName.parse(entry.name)
        if segment is None:
            raise MeshhubError(f"could not retry {name}: it is not the name of a segment")
        try:
            make_directory(sealed)
            self._content(entry).rename(sealed / segment.file_name)
            sync_directory(sealed)
            sync_directory(self._content(entry).parent)
        except OSError as error:
            raise MeshhubError(f"could not retry {name}: {error.strerror or error}") from error
        with suppress(OSError):
            self._description(entry).unlink()

    def _content(self, entry: Entry) -> Path:
        return self._directory / entry.signal / f"{entry.name}{CONTENT}"

    def _description(self, entry: Entry) -> Path:
        return self._directory / entry.signal / f"{entry.name}{DESCRIPTION}"


def _message_class(signal: Signal) -> type[Message] | None:
    known = SCHEMAS.get(signal) or BATCHES.get(signal)
    return None if known is None else known.request


def _read(path: Path) -> Entry | None:
    """The entry of a .pb file, with what is known of it; None if it has gone meanwhile or is no entry."""
    try:
        signal = Signal(path.parent.name)
        stats = path.stat()
    except (ValueError, OSError):
        return None
    since = datetime.fromtimestamp(stats.st_mtime, UTC).isoformat()
    try:
        said = json.loads(path.with_name(path.stem + DESCRIPTION).read_text(encoding="utf-8"))
        reason, quarantined, received = str(said["reason"]), str(said["quarantined_at"]), str(said["received_at"])
    except (OSError, ValueError, KeyError, TypeError):
        reason, quarantined, received = "unknown: its description cannot be read", since, since
    return Entry(path.stem, signal, reason, quarantined, received, stats.st_size)
