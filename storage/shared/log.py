"""A log in the engine in which every position is written once, whoever tries: compare-and-set without transactions.

Its atom is the engine's deduplication of inserts: of all inserts with the token of a position the first one is kept, on
one server and, through Keeper, on a cluster. Who wrote it is read back.
"""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from meshhub.errors import StorageError
from storage.address import Address
from storage.client import query_text
from storage.engine import Engine
from storage.records.shared import Entry, Report, Snapshot
from storage.settings import StorageSettings

ANSWER_SECONDS = 5
"""How long the engine may take for what is shared: small rows."""

SEEN_SECONDS = 3.0
"""How long an entry is looked for after it was written: another node of a cluster may answer, and lag behind."""

AT_ONCE = 1_000
"""Entries per read."""

RecordT = TypeVar("RecordT")


class Log(Protocol):
    """One log. Thread-safe; every method blocks, and raises StorageError where the engine does not answer."""

    def append(self, position: int, writer: str, body: str) -> bool:
        """Write an entry at a position, unless another writer has it; whether it is this writer's now.

        Safe to repeat with the same writer and body. After a StorageError it may be written, now or later.
        """
        ...

    def after(self, position: int) -> Sequence[Entry]:
        """The next entries that are there, in order and without gaps between them."""
        ...

    def last(self) -> Entry | None:
        """The last entry; None if there is none."""
        ...

    def snapshot(self) -> Snapshot | None:
        """The newest snapshot."""
        ...

    def keep(self, snapshot: Snapshot) -> None:
        """Keep a snapshot, unless there is one of its position."""
        ...

    def forget(self, position: int) -> None:
        """Drop the entries up to a position."""
        ...


class SharedEngine:
    """The engine, for what is shared. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, store: str, data_dir: Path, settings: StorageSettings) -> "SharedEngine":
        """On a store as the setting `store` says it. Does not reach out yet.

        Raises:
            StorageError: the setting is wrong.
        """
        return cls(Engine(Address.parse(store, data_dir), settings, ANSWER_SECONDS))

    def close(self) -> None:
        self._engine.close()

    def log(self, name: str) -> "EngineLog":
        """A log of this name."""
        return EngineLog(self, name)

    def has(self, name: str) -> bool:
        """Whether some process has begun a log of this name.

        Raises:
            StorageError: the engine does not answer.
        """
        with self._engine.client_of("default") as client:  # the database may not be made yet
            found = client.query(query_text("shared_begun"), parameters={"database": self._engine.database})
        return found.result_rows[0][0] > 0 and self.log(name).snapshot() is not None

    def report(self, instance: str, kind: str, body: str) -> None:
        """Say how a process is.

        Raises:
            StorageError: the engine did not take it.
        """
        self.insert("hub_reports", {"instance": instance, "kind": kind, "body": body}, "")

    def reports(self, within_seconds: int) -> list[Report]:
        """What every process that was heard of lately said last.

        Raises:
            StorageError: the engine does not answer.
        """
        return self.query("hub_reports", {"within": within_seconds}, Report)

    def query(self, name: str, parameters: Mapping[str, Any], into: type[RecordT]) -> list[RecordT]:
        """Run a named query."""
        with self._engine.client() as client:
            result = client.query(query_text(name), parameters=dict(parameters))
            return [into(**dict(zip(result.column_names, row, strict=True))) for row in result.result_rows]

    def insert(self, table: str, row: Mapping[str, Any], token: str) -> None:
        """Insert one row; nothing if one was inserted with this token."""
        settings = {"async_insert": "0", "insert_deduplicate": "1"} | (
            {"insert_deduplication_token": token} if token else {}
        )
        with self._engine.client() as client:
            client.raw_insert(
                table, column_names=list(row), insert_block=json.dumps(row), fmt="JSONEachRow", settings=settings
            )

    def delete(self, statement: str, parameters: Mapping[str, Any]) -> None:
        """Run a statement of storage/queries that drops rows."""
        with self._engine.client() as client:
            client.command(query_text(statement), parameters=dict(parameters))


class EngineLog:
    """A log of a name; see Log."""

    def __init__(self, engine: SharedEngine, name: str) -> None:
        self._engine = engine
        self._name = name

    def append(self, position: int, writer: str, body: str) -> bool:
        """See Log."""
        row = {"name": self._name, "position": position, "writer": writer, "body": body}
        self._engine.insert("shared_log", row, f"{self._name}-{position}")
        deadline = time.monotonic() + SEEN_SECONDS
        while True:
            found = self._query("shared_log_at", Entry, position=position)
            if found:
                return found[0].writer == writer
            if time.monotonic() > deadline:
                raise StorageError(
                    f"could not write to the shared log {self._name}: position {position} was taken by the engine and "
                    f"is not to be seen after {SEEN_SECONDS:g} s. The node that answers lags behind.",
                    retryable=True,
                )
            time.sleep(0.05)

    def after(self, position: int) -> Sequence[Entry]:
        """See Log."""
        found = self._query("shared_log_after", Entry, after=position, limit=AT_ONCE)
        first = found[0].position if found else 0
        return [entry for place, entry in enumerate(found, first) if entry.position == place]

    def last(self) -> Entry | None:
        """See Log."""
        return next(iter(self._query("shared_log_last", Entry)), None)

    def snapshot(self) -> Snapshot | None:
        """See Log."""
        return next(iter(self._query("shared_snapshot", Snapshot)), None)

    def keep(self, snapshot: Snapshot) -> None:
        """See Log."""
        row = {"name": self._name, "position": snapshot.position, "body": snapshot.body}
        self._engine.insert("shared_snapshots", row, f"{self._name}-{snapshot.position}")

    def forget(self, position: int) -> None:
        """See Log."""
        self._engine.delete("shared_log_forget", {"name": self._name, "position": position})

    def _query(self, query: str, into: type[RecordT], **parameters: Any) -> list[RecordT]:
        return self._engine.query(query, {"name": self._name} | parameters, into)
