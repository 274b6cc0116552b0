"""The ledger of access: tokens that were made while the hub runs, and who came in and changed what. One SQLite file.

The command line writes it beside a running hub: SQLite locks between processes, and the hub reads it at each request.
"""

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from meshhub.access.tokens import Scope, TokenRecord, digest, new_token
from meshhub.errors import MeshhubError, NotFound
from meshhub.secret import Secret
from storage.shared.database import Database
from storage.shared.log import Log
from storage.shared.statements import Statements

FILE = "access.sqlite"
MAX_AUDIT = 50_000
_USED_GRAIN_SECONDS = 60.0

ResultT = TypeVar("ResultT")


class AccessLedgerFault(MeshhubError):
    """The ledger of access cannot be read or written."""


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """One line of the audit log: who did what to what, from where."""

    at: datetime
    who: str
    what: str
    subject: str
    address: str


class AccessLedger:
    """One file, for its owner only. Thread-safe."""

    def __init__(self, path: Path, log: Log | None = None) -> None:
        """Open the file, or make it; `log` is what other processes of the hub follow, too.

        Raises:
            AccessLedgerFault: it cannot be used.
        """
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            schema = files("meshhub.access").joinpath("schema.sql").read_text(encoding="utf-8")
            self._database = Database(path, schema, log)
        except (OSError, sqlite3.Error) as error:
            raise AccessLedgerFault(f"could not open the ledger of access {path}: {error}") from error

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
            raise self._fault(error) from error

    def create(
        self, name: str, scope: Scope, tenant: str | None, now: datetime, expires: datetime | None = None
    ) -> tuple[TokenRecord, Secret]:
        """Make a token; it is not to be had again."""
        token = new_token()
        record = TokenRecord(secrets.token_hex(4), name, scope, tenant, now, expires)
        row = (
            record.id,
            digest(token.reveal()),
            name,
            scope.value,
            tenant,
            now.timestamp(),
            expires.timestamp() if expires else None,
        )
        insert = "INSERT INTO tokens (id, hash, name, scope, tenant, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._write(lambda database: database.execute(insert, row))
        return record, token

    def revoke(self, token_id: str) -> TokenRecord:
        """Take a token back, from now on.

        Raises:
            NotFound: there is none with this id.
        """
        delete = "DELETE FROM tokens WHERE id = ? RETURNING id, name, scope, tenant, created, expires, used"
        row = self._write(lambda database: database.execute(delete, (token_id,)).fetchone())
        if row is None:
            raise NotFound(
                f"could not revoke the token {token_id[:64]}: there is none with this id (meshhub token list)"
            )
        return _record(row)

    def tokens(self) -> list[TokenRecord]:
        """All tokens, newest first."""
        with self._reading() as database:
            rows = database.execute(
                "SELECT id, name, scope, tenant, created, expires, used FROM tokens ORDER BY created DESC, id"
            ).fetchall()
        return [_record(row) for row in rows]

    def find(self, token: str, now: datetime) -> TokenRecord | None:
        """What a token stands for; None if it is none, or has expired. Looked up by hash: nothing is compared in
        a time that depends on what was guessed right."""
        with self._reading() as database:
            row = database.execute(
                "SELECT id, name, scope, tenant, created, expires, used FROM tokens WHERE hash = ?", (digest(token),)
            ).fetchone()
        if row is None:
            return None
        record = _record(row)
        if record.expires is not None and record.expires <= now:
            return None
        if record.used is None or (now - record.used).total_seconds() > _USED_GRAIN_SECONDS:
            self._note_use(record.id, now)
        return record

    def note(self, who: str, what: str, subject: str, address: str, now: datetime) -> None:
        """Write down what somebody did."""
        row = (now.timestamp(), who[:200], what[:200], subject[:500], address[:100])

        def write(database: Statements) -> None:
            insert = "INSERT INTO audit (at, who, what, subject, address) VALUES (?, ?, ?, ?, ?)"
            added = database.execute(insert, row)
            database.execute("DELETE FROM audit WHERE id <= ?", ((added.lastrowid or 0) - MAX_AUDIT,))

        self._write(write, urgent=True)

    def audit(self, limit: int = 500) -> list[AccessEntry]:
        """The latest lines, newest first."""
        with self._reading() as database:
            rows = database.execute(
                "SELECT at, who, what, subject, address FROM audit ORDER BY id DESC LIMIT ?", (limit,)
            ).fetchall()
        return [AccessEntry(_time(at), *rest) for at, *rest in rows]

    def _note_use(self, token_id: str, now: datetime) -> None:
        """By this process: others that it is used at know it themselves."""
        update = "UPDATE tokens SET used = ? WHERE id = ?"
        try:
            self._database.write_here(lambda database: database.execute(update, (now.timestamp(), token_id)))
        except sqlite3.Error as error:
            raise self._fault(error) from error

    @contextmanager
    def _reading(self) -> Iterator[Statements]:
        try:
            with self._database.reading() as database:
                yield database
        except sqlite3.Error as error:
            raise self._fault(error) from error

    def _write(self, work: Callable[[Statements], ResultT], *, urgent: bool = False) -> ResultT:
        try:
            return self._database.write(work, urgent=urgent)
        except sqlite3.Error as error:
            raise self._fault(error) from error

    def _fault(self, error: sqlite3.Error) -> AccessLedgerFault:
        return AccessLedgerFault(f"could not use the ledger of access {self._path}: {error}")


def _record(row: tuple[str, str, str, str | None, float, float | None, float | None]) -> TokenRecord:
    token_id, name, scope, tenant, created, expires, used = row
    return TokenRecord(
        token_id,
        name,
        Scope(scope),
        tenant,
        _time(created),
        None if expires is None else _time(expires),
        None if used is None else _time(used),
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
