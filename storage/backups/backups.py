"""Makes backups, reads them back, and restores them."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from meshhub.errors import MeshhubError, NotFound, StorageError, UnusableRequest
from storage.backups.content import CONTENT, content_table, get, put
from storage.backups.destination import default_ending, destination, place
from storage.backups.manifest import MANIFEST, Manifest
from storage.engine import Engine
from storage.migrations import Migrations, State
from storage.rendering import migrations, render
from storage.settings import StorageSettings

NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"
"""What a backup may be called."""

WITHIN = "meshhub"
"""The database's name within a backup."""

_STATUS = "SELECT status, error, num_files, total_size FROM {backups} WHERE id = {{id:String}}"
_UNDER_WAY = "SELECT name FROM {backups} WHERE status IN ('CREATING_BACKUP', 'RESTORING')"
_ROWS = (
    "SELECT name, total_rows FROM system.tables WHERE database = {database:String} AND engine LIKE '%MergeTree' "
    "AND name NOT IN ('backup_content', 'schema_migrations') ORDER BY name"
)
_TABLES = "SELECT count() FROM system.tables WHERE database = {database:String}"
_NOT_FOUND = 599  # BACKUP_NOT_FOUND
_EXISTS = 598  # BACKUP_ALREADY_EXISTS
_DONE = frozenset({"BACKUP_CREATED", "RESTORED"})
_RUNNING = frozenset({"CREATING_BACKUP", "RESTORING"})


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is there. `size` is what it takes, in bytes, before the archive's own compression."""

    name: str
    manifest: Manifest
    files: int
    size: int


class Backups:
    """Backups of one store. Every method blocks until the engine is done.

    Args:
        sleep: waits so many seconds between two looks at the engine.
    """

    def __init__(self, engine: Engine, settings: StorageSettings, sleep: Callable[[float], None] = time.sleep) -> None:
        self._engine = engine
        self._settings = settings
        self._sleep = sleep

    @property
    def place(self) -> str:
        """Where backups go, for people."""
        return place(self._engine.address, self._settings)

    def default_name(self, now: datetime) -> str:
        """What a backup is called if nothing is said; names sort by time."""
        return f"meshhub-{now:%Y%m%dT%H%M%SZ}{default_ending(self._settings)}"

    def create(self, name: str, manifest: Manifest, state: Mapping[str, bytes]) -> Made:
        """Make a backup of this name of the database and of `state` (file name to content).

        Args:
            manifest: its `rows`, `schema` and `state` are filled in here.

        Raises:
            UnusableRequest: there is one of this name, or another is under way.
            StorageError: the engine did not make it. What it left is no backup and cannot be restored.
        """
        manifest = replace(manifest, schema=self._schema(), rows=self.rows(), state=tuple(sorted(state)))
        with self._content({MANIFEST: manifest.encoded(), **state}):
            statement = f"BACKUP DATABASE {self._database} AS {WITHIN}{self._on_cluster} TO"
            files, size = self._run(statement, name)
        return Made(name, manifest, files, size)

    def manifest(self, name: str) -> Manifest:
        """What the backup says of itself, read back from where it lies.

        Raises:
            NotFound: there is none of this name.
            StorageError: it cannot be read, or is no backup of meshhub.
        """
        with self._scratch() as scratch:
            return self._read(name, scratch)[0]

    def verify(self, name: str) -> dict[str, int]:
        """Read a whole backup back into a database of its own, have the engine check every part of it, and drop it
        again; the rows that each table had in it. Takes the room of the backup on the engine's disk meanwhile.

        Raises:
            NotFound: there is none of this name.
            StorageError: it cannot be read whole, or a table of the manifest is not in it.
        """
        with self._scratch() as scratch:
            manifest, _ = self._read(name, scratch)
            self._drop_table(scratch)
            self._run(f"RESTORE DATABASE {WITHIN} AS {scratch}{self._on_cluster} FROM", name)
            found = self._rows(scratch)
            missing = sorted(table for table, count in manifest.rows.items() if count and not found.get(table))
            if missing:
                raise _broken(name, f"{', '.join(missing)} had rows when it was made and have none in it")
            with self._engine.client_of(scratch) as client:
                for table in found:
                    if client.command(f"CHECK TABLE {table} SETTINGS check_query_single_value_result = 1") != 1:
                        raise _broken(name, f"the table {table} has parts that are damaged")
        return found

    def restore(
        self, name: str, *, replace: bool, target_state: Mapping[str, bool]
    ) -> tuple[Manifest, dict[str, bytes]]:
        """Bring the database back as it was, with the schema of this version; the manifest and the files of the hub.

        Args:
            replace: whether what is there goes first.
            target_state: for each file of the hub, whether there is one already.

        Raises:
            NotFound: there is no such backup.
            UnusableRequest: the database or a file is there and `replace` was not said.
            StorageError: a newer meshhub made it, or the engine did not restore it. Safe to repeat with `replace`.
        """
        database = self._database
        with self._scratch() as scratch:
            manifest, state = self._read(name, scratch)
        newest = migrations()[-1].number
        if manifest.schema > newest:
            raise StorageError(
                f"could not restore {name}: meshhub {manifest.version} made it, its schema is at "
                f"{manifest.schema:04d}, and this version knows {newest:04d}. Use that meshhub, or a newer one.",
                retryable=False,
            )
        with self._engine.client_of("default") as client:
            tables = client.query(_TABLES, parameters={"database": database}).result_rows[0][0]
            there = [f"{tables} tables in the database {database}"] if tables else []
            there += sorted(file for file in state if target_state.get(file))
        if there and not replace:
            raise UnusableRequest(
                f"could not restore {name}: {' and '.join(there)} would be overwritten. Say --replace if they may go."
            )
        if there:  # nothing goes before it is sure that what replaces it can be read
            self.verify(name)
        with self._engine.client_of("default") as client:
            client.command(f"DROP DATABASE IF EXISTS {database}{self._on_cluster} SYNC")
            for entry in migrations():  # the views are made of them, and they are in no database
                if entry.name.startswith("function_"):
                    for statement in render(entry, self._settings):
                        client.command(statement)
        self._run(f"RESTORE DATABASE {WITHIN} AS {database}{self._on_cluster} FROM", name)
        self._drop_table(database)
        Migrations(self._engine, self._settings).apply()
        return manifest, state

    def rows(self) -> dict[str, int]:
        """The rows of each table, as the engine counts them."""
        return self._rows(self._database)

    @property
    def _database(self) -> str:
        return self._settings.database

    @property
    def _on_cluster(self) -> str:
        return f" ON CLUSTER '{self._settings.cluster}'" if self._settings.cluster else ""

    @property
    def _system_backups(self) -> str:
        cluster = self._settings.cluster
        return f"clusterAllReplicas('{cluster}', system.backups)" if cluster else "system.backups"

    def _schema(self) -> int:
        applied = [
            status.number
            for status in Migrations(self._engine, self._settings).status()
            if status.state is not State.PENDING
        ]
        if not applied:
            raise UnusableRequest(f"could not make a backup: there is no store yet in the database {self._database}")
        return max(applied)

    def _rows(self, database: str) -> dict[str, int]:
        with self._engine.client_of("default") as client:
            found = client.query(_ROWS, parameters={"database": database}).result_rows
        return {str(name): int(rows or 0) for name, rows in found}

    @contextmanager
    def _content(self, content: Mapping[str, bytes]) -> Iterator[None]:
        """The table of what else belongs to a backup, for as long as it is made."""
        with self._engine.client_of("default") as client:
            busy = client.query(_UNDER_WAY.format(backups=self._system_backups)).result_rows
            if busy:
                raise UnusableRequest(f"could not make a backup: {busy[0][0]} is under way. Wait until it is done.")
        self._drop_table(self._database)  # of one that was interrupted
        try:
            with self._engine.client() as client:
                client.command(content_table(self._settings))
                put(client, content)
            yield
        finally:
            self._drop_table(self._database)

    def _drop_table(self, database: str) -> None:
        with self._engine.client_of("default") as client:
            client.command(f"DROP TABLE IF EXISTS {database}.{CONTENT}{self._on_cluster} SYNC")

    @contextmanager
    def _scratch(self) -> Iterator[str]:
        """A database to look into a backup with."""
        name = f"{self._database[:50]}_look_{secrets.token_hex(4)}"
        with self._engine.client_of("default") as client:
            client.command(f"CREATE DATABASE {name}{self._on_cluster}")
        try:
            yield name
        finally:
            with self._engine.client_of("default") as client:
                client.command(f"DROP DATABASE IF EXISTS {name}{self._on_cluster} SYNC")

    def _read(self, name: str, scratch: str) -> tuple[Manifest, dict[str, bytes]]:
        self._run(f"RESTORE TABLE {WITHIN}.{CONTENT} AS {scratch}.{CONTENT}{self._on_cluster} FROM", name)
        with self._engine.client_of("default") as client:
            content = get(client, scratch)
        try:
            manifest = Manifest.decoded(content.pop(MANIFEST))
        except (KeyError, TypeError, ValueError) as error:
            raise _broken(name, "it has no manifest that this version can read") from error
        return manifest, content

    def _run(self, statement: str, name: str) -> tuple[int, int]:
        """Start it, and wait until it is done; the number of files and the bytes."""
        target, bound = destination(self._engine.address, self._settings, name)
        verb = statement.partition(" ")[0].lower()
        with self._engine.client_of("default") as client:
            try:
                started = client.query(f"{statement} {target} ASYNC", parameters=dict(bound)).result_rows[0][0]
            except Exception as error:
                raise self._explained(verb, name, getattr(error, "code", None), str(error)) from error
            while True:
                look = _STATUS.format(backups=self._system_backups)
                [(status, said, files, size)] = client.query(look, parameters={"id": started}).result_rows[:1]
                if status in _DONE:
                    return int(files), int(size)
                if status not in _RUNNING:
                    raise self._explained(verb, name, _code(said), said)
                self._sleep(self._settings.backups.poll_seconds)

    def _explained(self, verb: str, name: str, code: int | None, said: str) -> MeshhubError:
        said = said.partition(", Stack trace")[0]
        if code == _NOT_FOUND:
            return NotFound(f"could not find the backup {name} in {self.place}")
        if code == _EXISTS:
            return UnusableRequest(f"could not make the backup {name}: there is one of this name in {self.place}")
        return StorageError(f"could not {verb} {name} ({self.place}): {said}", retryable=True)


def _broken(name: str, why: str) -> StorageError:
    return StorageError(f"could not use the backup {name}: {why}. Take another one.", retryable=False)


def _code(said: str) -> int | None:
    head = said.partition("Code: ")[2].partition(".")[0]
    return int(head) if head.isdigit() else None
