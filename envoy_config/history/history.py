"""The history of applied configuration in one SQLite file (docs/adr/0008 says why SQLite)."""

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from envoy_config.history.model import Applied, AppliedDocument, Deed, DocumentNote, Scope, Version
from meshhub.errors import MeshhubError, NotFound, UnusableRequest
from meshhub.model import TimeRange
from storage.shared.database import Database
from storage.shared.log import Log
from storage.shared.statements import Statements

FILE = "wiring.sqlite"
"""Its name in the data directory."""

KEPT = 1_000
"""Versions of a scope that are kept, the newest; what is in force is always one of them."""

MAX_DOCUMENTS = 20_000
MAX_BYTES = 256 * 1024 * 1024
"""Of all documents of a version together."""

_VERSION = "SELECT id, at, scope, author, message, deed, restores, hash FROM versions"


class HistoryFault(MeshhubError):
    """The history cannot be read or written."""


class History:
    """One SQLite file. Thread-safe, and several processes may have it open; what `record` returned is on disk."""

    def __init__(self, path: Path | str, log: Log | None = None) -> None:
        """Open it, and make it, readable by its owner only, if it is not there.

        `log` is what other processes of the hub follow, too.

        Raises:
            HistoryFault: it cannot be opened, or is none.
        """
        self._path = path
        schema = files("envoy_config.history").joinpath("schema.sql").read_text(encoding="utf-8")
        try:
            self._database = Database(path, schema, log)
        except (sqlite3.Error, OSError) as error:
            raise HistoryFault(f"could not open the history of the configuration {path}: {error}") from error

    def close(self) -> None:
        self._database.close()

    @property
    def trouble(self) -> str:
        """Why it may be behind what other processes did; empty where it is not."""
        return self._database.trouble

    def follow(self) -> None:
        """Take over what other processes did."""
        try:
            self._database.catch_up()
        except sqlite3.Error as error:
            raise self._fault("write", error) from error

    def record(self, applied: Applied, at: datetime) -> Version:
        """Note that a configuration is in force from now on.

        Returns:
            Its version; the one in force where it says the same: nothing is written then.

        Raises:
            UnusableRequest: two documents have one name, or it is too large.
            HistoryFault: nothing was written.
        """
        _check(applied)

        def write(connection: Statements) -> Version:
            last = self._last(connection, applied.scope, None)
            if last is not None and last.content_hash == applied.content_hash:
                return last
            made = connection.execute(
                "INSERT INTO versions (at, scope, author, message, deed, restores, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    at.timestamp(),
                    applied.scope.key,
                    applied.author,
                    applied.message,
                    applied.deed.value,
                    applied.restores,
                    applied.content_hash,
                ),
            ).lastrowid
            for each in applied.documents:
                body = each.text.encode()
                connection.execute(
                    "INSERT OR IGNORE INTO contents (hash, bytes, body) VALUES (?, ?, ?)",
                    (each.content_hash, len(body), zlib.compress(body, 1)),
                )
                connection.execute(
                    "INSERT INTO documents (version, name, hash, secret) VALUES (?, ?, ?, ?)",
                    (made, each.name, each.content_hash, each.secret),
                )
            self._forget(connection, applied.scope)
            return self._versions(connection, "WHERE id = ?", (made,))[0]

        try:
            return self._database.write(write)
        except sqlite3.Error as error:
            raise self._fault("write", error) from error

    def version(self, version: int) -> Version:
        """One version.

        Raises:
            NotFound: there is none of this id.
        """
        with self._reading() as connection:
            found = self._versions(connection, "WHERE id = ?", (version,))
        if not found:
            raise NotFound(f"could not find version v{version} of the configuration: the history does not have it")
        return found[0]

    def documents(self, version: int) -> tuple[AppliedDocument, ...]:
        """The documents of a version with their texts, by name.

        Raises:
            NotFound: there is none of this id.
        """
        self.version(version)
        question = (
            "SELECT documents.name, contents.body, documents.secret FROM documents "
            "JOIN contents ON contents.hash = documents.hash WHERE documents.version = ? ORDER BY documents.name"
        )
        with self._reading() as connection:
            rows = connection.execute(question, (version,)).fetchall()
        return tuple(AppliedDocument(name, zlib.decompress(body).decode(), bool(secret)) for name, body, secret in rows)

    def latest(self, scope: Scope, at: datetime | None = None) -> Version | None:
        """What is in force in a scope, or was at a time; None where nothing was ever applied."""
        with self._reading() as connection:
            return self._last(connection, scope, at)

    def in_force(
        self, at: datetime, *, cluster: str = "", namespace: str = "", service: str = ""
    ) -> tuple[Version, ...]:
        """What was in force at a time for a workload, of each scope that may concern it; newest first. Empty means
        all."""
        question = "WHERE id IN (SELECT max(id) FROM versions WHERE at <= ? GROUP BY scope) ORDER BY id DESC"
        with self._reading() as connection:
            found = self._versions(connection, question, (at.timestamp(),))
        return tuple(each for each in found if each.scope.covers(cluster, namespace, service))

    def within(
        self, window: TimeRange, *, cluster: str = "", namespace: str = "", service: str = "", limit: int = 1_000
    ) -> tuple[Version, ...]:
        """What was put in force in a window for a workload, by time: the last ones, where there are more."""
        question = "WHERE at >= ? AND at < ? ORDER BY at DESC, id DESC LIMIT ?"
        with self._reading() as connection:
            found = self._versions(connection, question, (window.start.timestamp(), window.end.timestamp(), limit))
        return tuple(each for each in reversed(found) if each.scope.covers(cluster, namespace, service))

    def versions(
        self, *, mesh: str = "", scope: Scope | None = None, limit: int = 100, before: int | None = None
    ) -> tuple[Version, ...]:
        """The latest versions, newest first; `before` is the id of the last one seen."""
        asked = (before, before, scope.key if scope else "", scope.key if scope else "", mesh, mesh, limit)
        question = (
            "WHERE (? IS NULL OR id < ?) AND (? = '' OR scope = ?) AND (? = '' OR json_extract(scope, '$[0]') = ?) "
            "ORDER BY id DESC LIMIT ?"
        )
        with self._reading() as connection:
            return tuple(self._versions(connection, question, asked))

    def _last(self, connection: Statements, scope: Scope, at: datetime | None) -> Version | None:
        moment = None if at is None else at.timestamp()
        question = "WHERE scope = ? AND (? IS NULL OR at <= ?) ORDER BY id DESC LIMIT 1"
        return next(iter(self._versions(connection, question, (scope.key, moment, moment))), None)

    def _versions(self, connection: Statements, condition: str, asked: tuple[object, ...]) -> list[Version]:
        rows = connection.execute(f"{_VERSION} {condition}", asked).fetchall()
        return [
            Version(
                version,
                datetime.fromtimestamp(at, UTC),
                Scope(*json.loads(scope)),
                author,
                message,
                Deed(deed),
                restores,
                content_hash,
                self._notes(connection, version),
            )
            for version, at, scope, author, message, deed, restores, content_hash in rows
        ]

    @staticmethod
    def _notes(connection: Statements, version: int) -> tuple[DocumentNote, ...]:
        question = (
            "SELECT documents.name, documents.hash, contents.bytes, documents.secret FROM documents "
            "JOIN contents ON contents.hash = documents.hash WHERE documents.version = ? ORDER BY documents.name"
        )
        rows = connection.execute(question, (version,)).fetchall()
        return tuple(DocumentNote(name, content, size, bool(secret)) for name, content, size, secret in rows)

    @staticmethod
    def _forget(connection: Statements, scope: Scope) -> None:
        """Drop what is over the bound, and texts that nothing has any more."""
        gone = connection.execute(
            "DELETE FROM versions WHERE scope = ? AND id NOT IN "
            "(SELECT id FROM versions WHERE scope = ? ORDER BY id DESC LIMIT ?)",
            (scope.key, scope.key, KEPT),
        ).rowcount
        if gone:
            connection.execute("DELETE FROM contents WHERE hash NOT IN (SELECT hash FROM documents)")

    @contextmanager
    def _reading(self) -> Iterator[Statements]:
        try:
            with self._database.reading() as connection:
                yield connection
        except (sqlite3.Error, zlib.error) as error:
            raise self._fault("read", error) from error

    def _fault(self, verb: str, error: Exception) -> HistoryFault:
        return HistoryFault(f"could not {verb} the history of the configuration {self._path}: {error}")


def _check(applied: Applied) -> None:
    names = [each.name for each in applied.documents]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        raise UnusableRequest(f"could not record a configuration: two documents are called {twice[0]}")
    size = sum(len(each.text) for each in applied.documents)
    if len(names) > MAX_DOCUMENTS or size > MAX_BYTES:
        raise UnusableRequest(
            f"could not record a configuration: {len(names)} documents of {size} bytes; at most {MAX_DOCUMENTS} and "
            f"{MAX_BYTES} bytes are taken"
        )
