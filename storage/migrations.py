"""Brings the schema to where this version of meshhub wants it: numbered files, applied once, in order.

What was applied is recorded in `schema_migrations` with the hash of the file. A store that knows a higher number than
this version is refused (no downgrade).

The engine puts the functions' text into a view when the view is made: a migration that changes a function has to make
anew the views that use it. A view is changed by dropping it and making it anew, not by MODIFY QUERY: after that the
engine knows what the view inserted by another name than after its next start, and a segment that comes again then
counts twice.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from meshhub.errors import StorageError
from storage.engine import Engine, check_version
from storage.rendering import Migration, migrations, render
from storage.settings import StorageSettings

_RECORDS = """
CREATE TABLE IF NOT EXISTS schema_migrations {on_cluster}
(
    number UInt32,
    name String,
    hash String,
    applied DateTime('UTC') DEFAULT now('UTC')
)
ENGINE = {engine}
ORDER BY number
"""

# One copy on every node, whatever its shard: any node can say what was applied.
_REPLICATED = "ReplicatedReplacingMergeTree('/clickhouse/{database}/schema_migrations', '{shard}-{replica}', applied)"

_SUBJECT = re.compile(r"^(?:CREATE|DROP|ALTER)(?: OR REPLACE)? [A-Z ]*\b(\w+)", re.MULTILINE)
"""What a statement of a migration is about."""
_DROPPED_VIEW = re.compile(r"^DROP VIEW IF EXISTS (\w+)", re.MULTILINE)

_HAS_RECORDS = "SELECT count() FROM system.tables WHERE database = {database:String} AND name = 'schema_migrations'"
_APPLIED = "SELECT number, hash FROM {database:Identifier}.schema_migrations FINAL ORDER BY number"


class State(StrEnum):
    APPLIED = "applied"
    PENDING = "pending"
    CHANGED = "changed"
    """Applied, but the file is different now: a released migration must not be edited."""


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    number: int
    name: str
    state: State


class Migrations:
    """The schema's migrations against one engine."""

    def __init__(self, engine: Engine, settings: StorageSettings) -> None:
        self._engine = engine
        self._settings = settings

    def status(self) -> list[MigrationStatus]:
        """Every migration of this version, in order. Changes nothing, not even where the store is still to be made.

        Raises:
            StorageError: the engine does not answer, or the store is newer than this version.
        """
        applied = self._applied()
        known = migrations()
        newest = known[-1].number
        if applied and max(applied) > newest:
            raise StorageError(
                f"could not use the store: its schema is at {max(applied):04d}, this version of meshhub knows "
                f"{newest:04d}. Use the newer meshhub, or a store of its own.",
                retryable=False,
            )
        return [MigrationStatus(entry.number, entry.name, self._state(entry, applied)) for entry in known]

    def plan(self) -> list[str]:
        """The statements that `apply` would run, in order."""
        known, pending = self._known_and_pending()
        return [statement for entry in _needed(known, pending) for statement in render(entry, self._settings)]

    def apply(self) -> list[str]:
        """Run what is pending; the labels of what was run. Safe to repeat and to interrupt: each file is repeatable.

        Raises:
            StorageError: a statement failed; what was applied before it stays applied and recorded.
        """
        known, pending = self._known_and_pending()
        if pending:
            self._create_database()
        needed, done = _needed(known, pending), []
        try:
            for entry in pending:
                if entry in needed:
                    self._run(entry)
                done.append(entry)
        finally:
            if done:
                self._record(done)
        return [entry.label for entry in done]

    def _known_and_pending(self) -> tuple[list[Migration], list[Migration]]:
        states = {status.number: status.state for status in self.status()}
        known = migrations()
        return known, [entry for entry in known if states[entry.number] is State.PENDING]

    def _run(self, entry: Migration) -> None:
        try:
            with self._engine.client() as client:
                for statement in render(entry, self._settings):
                    client.command(statement)
        except StorageError as error:
            raise StorageError(
                f"could not apply the migration {entry.label}: {error}", retryable=error.retryable
            ) from error

    def _record(self, entries: Sequence[Migration]) -> None:
        """In one insert: one each takes longer than most migrations."""
        with self._engine.client() as client:
            client.command(
                "INSERT INTO schema_migrations (number, name, hash) "
                "SELECT tupleElement(entry, 1), tupleElement(entry, 2), tupleElement(entry, 3) "
                "FROM (SELECT arrayJoin({entries:Array(Tuple(UInt32, String, String))}) AS entry)",
                parameters={"entries": [(entry.number, entry.name, _hash(entry)) for entry in entries]},
            )

    def _create_database(self) -> None:
        on_cluster = _on_cluster(self._settings)
        with self._engine.client_of("default") as client:
            client.command(f"CREATE DATABASE IF NOT EXISTS {self._settings.database} {on_cluster}")
        with self._engine.client() as client:
            client.command(records_table(self._settings))

    def _applied(self) -> dict[int, str]:
        database = {"database": self._settings.database}
        with self._engine.client_of("default") as client:
            check_version(client)
            if not client.query(_HAS_RECORDS, parameters=database).result_rows[0][0]:
                return {}
            rows = client.query(_APPLIED, parameters=database).result_rows
        return {int(number): str(file_hash) for number, file_hash in rows}

    @staticmethod
    def _state(entry: Migration, applied: dict[int, str]) -> State:
        if entry.number not in applied:
            return State.PENDING
        return State.APPLIED if applied[entry.number] == _hash(entry) else State.CHANGED


def _needed(known: Sequence[Migration], pending: Sequence[Migration]) -> list[Migration]:
    """What is pending without, for a new store, that which only makes or changes views that a later migration drops:
    making the large views takes most of the time."""
    if len(pending) < len(known):
        return list(pending)
    dropped: dict[str, int] = {}
    for entry in known:
        dropped |= dict.fromkeys(_DROPPED_VIEW.findall(entry.text), entry.number)
    return [entry for entry in pending if not _only_of_views(entry, dropped)]


def _only_of_views(entry: Migration, dropped: Mapping[str, int]) -> bool:
    """Whether all statements are of views that a later migration drops."""
    subjects = _SUBJECT.findall(entry.text)
    return all(dropped.get(name, 0) > entry.number for name in subjects)


def records_table(settings: StorageSettings) -> str:
    """The statement that makes the table of what was applied."""
    engine = _REPLICATED if settings.cluster else "ReplacingMergeTree(applied)"
    return _RECORDS.format(on_cluster=_on_cluster(settings), engine=engine)


def _on_cluster(settings: StorageSettings) -> str:
    return f"ON CLUSTER '{settings.cluster}'" if settings.cluster else ""


def _hash(entry: Migration) -> str:
    return hashlib.sha256(entry.text.encode()).hexdigest()[:16]
