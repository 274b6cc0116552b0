"""The ledger: reads everything once at the start, then writes what changed."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from alerting.alerts.model import Alert
from alerting.groups import Telling, Told
from alerting.ledger import coding, notifications
from alerting.outbox import Notification, Outcome
from alerting.silences import Silence
from meshhub.errors import MeshhubError
from storage.shared.database import Database
from storage.shared.log import Log
from storage.shared.statements import Statements

HISTORY = timedelta(days=90)
"""How long delivered notifications, events and the audit log are kept."""


class LedgerFault(MeshhubError):
    """The ledger cannot be read or written."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Everything that goes on. `alerts` are (source, alert) by fingerprint."""

    alerts: Mapping[str, tuple[str, Alert]]
    told: Mapping[str, Told]
    silences: Mapping[str, Silence]
    revision: int = 0
    """Of the ledger when it was read: what is decided on this is refused once another process wrote."""


@dataclass(frozen=True, slots=True)
class Event:
    """One moment in the life of an alert: "pending", "firing", "resolved", "acknowledged", …"""

    at: datetime
    fingerprint: str
    what: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who changed what."""

    at: datetime
    who: str
    what: str
    subject: str
    detail: str = ""


@dataclass(slots=True)
class Changes:
    """What one evaluation, or one person, changed. `gone` are fingerprints; `channels` are those of each receiver."""

    alerts: list[tuple[str, Alert]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    tellings: list[Telling] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    audit: list[AuditEntry] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not any(getattr(self, name) for name in self.__slots__)


class Ledger:
    """One SQLite file, or what several processes share (storage.shared.database). Thread-safe; what `commit` returned
    from is on disk."""

    def __init__(self, path: Path | str, log: Log | None = None) -> None:
        """Open it, and make it if it is not there.

        Args:
            path: the file.
            log: what other processes follow, too; None if there are none.

        Raises:
            LedgerFault: it cannot be opened, or is none.
        """
        self._path = path
        schema = files("alerting.ledger").joinpath("schema.sql").read_text(encoding="utf-8")
        try:
            self._database = Database(path, schema, log)
        except (OSError, sqlite3.Error) as error:
            raise LedgerFault(f"could not open the alerting ledger {path}: {error}") from error
        self._leader = ""

    def close(self) -> None:
        self._database.close()

    @property
    def trouble(self) -> str:
        """Why what other processes did may be missing; empty where it is not."""
        return self._database.trouble

    @property
    def revision(self) -> int:
        """Another number whenever another process wrote."""
        return self._database.revision

    def follow(self) -> None:
        """Take over what other processes did."""
        try:
            self._database.catch_up()
        except sqlite3.Error as error:
            raise LedgerFault(f"could not write the alerting ledger {self._path}: {error}") from error

    def lead(self, leader: str) -> None:
        """Have a process lead from now on: evaluations and deliveries of any other are refused (Deposed)."""
        self._database.lead(leader)
        self._leader = leader

    def remembered(self) -> Remembered:
        """Everything that goes on, with silences that have not expired for long."""
        with self._reading() as connection:
            revision = self._database.revision
            alerts = connection.execute("SELECT fingerprint, source, body FROM alerts").fetchall()
            told = connection.execute("SELECT key, body FROM told").fetchall()
            silences = connection.execute("SELECT id, body FROM silences").fetchall()
        return Remembered(
            {fingerprint: (source, coding.read_alert(body)) for fingerprint, source, body in alerts},
            {key: coding.read_told(key, body) for key, body in told},
            {silence: coding.read_silence(silence, body) for silence, body in silences},
            revision,
        )

    def commit(
        self,
        changes: Changes,
        channels: Mapping[str, Sequence[str]],
        now: datetime,
        revision: int | None = None,
    ) -> None:
        """Write all changes, or none of them.

        Args:
            changes: what changed.
            channels: the channels of each receiver: one notification each per telling.
            now: when.
            revision: of what is remembered that this was decided on; None if it does not depend on it.

        Raises:
            LedgerFault: nothing was written.
            Overtaken: another process wrote first, and nothing was written: read what is remembered now.
            Deposed: what only the process that leads may do was done by another; nothing was written.
            NotShared: what a person did could not be told to the other processes.
        """
        if changes.empty:
            return

        def write(connection: Statements) -> None:
            rows = [(alert.fingerprint, source, coding.write_alert(alert)) for source, alert in changes.alerts]
            connection.executemany("INSERT OR REPLACE INTO alerts (fingerprint, source, body) VALUES (?, ?, ?)", rows)
            connection.executemany("DELETE FROM alerts WHERE fingerprint = ?", [(gone,) for gone in changes.gone])
            told = [(each.key, coding.write_told(each)) for each in changes.told]
            connection.executemany("INSERT OR REPLACE INTO told (key, body) VALUES (?, ?)", told)
            connection.executemany("DELETE FROM told WHERE key = ?", [(key,) for key in changes.forgotten])
            silences = [(s.id, s.ends_at.timestamp(), coding.write_silence(s)) for s in changes.silences]
            connection.executemany("INSERT OR REPLACE INTO silences (id, ends_at, body) VALUES (?, ?, ?)", silences)
            for telling in changes.tellings:
                for channel in channels.get(telling.group.route.receiver, ()):
                    notifications.owe(connection, telling, channel, now)
            events = [(e.at.timestamp(), e.fingerprint, e.what, e.text) for e in changes.events]
            connection.executemany("INSERT INTO events (at, fingerprint, what, body) VALUES (?, ?, ?, ?)", events)
            audit = [(a.at.timestamp(), a.who, a.what, a.subject, a.detail) for a in changes.audit]
            connection.executemany("INSERT INTO audit (at, who, what, subject, detail) VALUES (?, ?, ?, ?, ?)", audit)

        by_a_person = bool(changes.audit)
        self._write(write, urgent=not by_a_person, leader="" if by_a_person else self._leader, revision=revision)

    def due(self, now: datetime, *, limit: int = 100) -> list[Notification]:
        """The notifications to be tried now, oldest first: of each channel's group only the first."""
        with self._reading() as connection:
            return notifications.due(connection, now, limit)

    def next_due(self) -> datetime | None:
        """When the next notification is to be tried; None if none waits."""
        with self._reading() as connection:
            (seconds,) = connection.execute("SELECT min(next_at) FROM outbox WHERE state = 'waiting'").fetchone()
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

    def begin(self, notification: Notification) -> None:
        """Note that an attempt begins, before it does: after a crash it may have been delivered.

        Raises:
            Deposed: another process leads, and delivers it.
        """
        count = "UPDATE outbox SET attempts = attempts + 1 WHERE id = ?"
        self._write(lambda connection: connection.execute(count, (notification.id,)), leader=self._leader)

    def record(self, notification: Notification, outcome: Outcome, now: datetime, next_at: datetime) -> None:
        """Note how an attempt ended; `next_at` counts if it is to be tried again."""
        self._write(lambda connection: notifications.record(connection, notification, outcome, now, next_at))

    def posted(self) -> dict[str, tuple[float, str]]:
        """What others posted, by fingerprint: when it ends (Unix seconds), and what it is."""
        with self._reading() as connection:
            found = connection.execute("SELECT fingerprint, ends_at, body FROM posted").fetchall()
        return {fingerprint: (ends_at, body) for fingerprint, ends_at, body in found}

    def post(self, posted: Mapping[str, tuple[float, str]], over: datetime, most: int) -> bool:
        """Take what others posted, as `posted` gives it, all of it or nothing; drop what ended before `over`.

        Returns:
            Whether it was taken: not if there were more than `most` then.

        Raises:
            NotShared: it could not be told to the process that looks after alerts.
        """
        rows = [(fingerprint, ends_at, body) for fingerprint, (ends_at, body) in posted.items()]

        def write(connection: Statements) -> None:
            connection.execute("DELETE FROM posted WHERE ends_at <= ?", (over.timestamp(),))
            connection.executemany("INSERT OR REPLACE INTO posted (fingerprint, ends_at, body) VALUES (?, ?, ?)", rows)
            if connection.execute("SELECT count() FROM posted").fetchone()[0] > most:
                raise _TooMany

        try:
            self._write(write, urgent=False)
        except _TooMany:
            return False
        return True

    def log(self, *, limit: int = 200, before: int | None = None) -> list["notifications.LogEntry"]:
        """The latest notifications with their attempts, newest first; `before` is the id of the last one seen."""
        with self._reading() as connection:
            return notifications.log(connection, limit, before)

    def events(self, since: datetime, *, fingerprint: str = "", limit: int = 1_000) -> list[Event]:
        """What happened since, newest first; of one alert, or of all."""
        question = (
            "SELECT at, fingerprint, what, body FROM events WHERE at >= ? AND (? = '' OR fingerprint = ?) "
            "ORDER BY at DESC, rowid DESC LIMIT ?"
        )
        with self._reading() as connection:
            found = connection.execute(question, (since.timestamp(), fingerprint, fingerprint, limit)).fetchall()
        return [Event(datetime.fromtimestamp(at, UTC), alert, what, text) for at, alert, what, text in found]

    def audit(self, *, limit: int = 200) -> list[AuditEntry]:
        """The latest changes by people, newest first."""
        question = "SELECT at, who, what, subject, detail FROM audit ORDER BY at DESC, rowid DESC LIMIT ?"
        with self._reading() as connection:
            found = connection.execute(question, (limit,)).fetchall()
        return [AuditEntry(datetime.fromtimestamp(at, UTC), *rest) for at, *rest in found]

    def forget(self, now: datetime, keep: Iterable[str] = ()) -> None:
        """Drop history that is older than HISTORY, and silences that expired as long ago; those of `keep` stay."""
        before = (now - HISTORY).timestamp()
        kept = set(keep)

        def write(connection: Statements) -> None:
            connection.execute("DELETE FROM outbox WHERE created_at < ? AND state != 'waiting'", (before,))
            connection.execute("DELETE FROM events WHERE at < ?", (before,))
            connection.execute("DELETE FROM audit WHERE at < ?", (before,))
            gone = connection.execute("SELECT id FROM silences WHERE ends_at < ?", (before,)).fetchall()
            connection.executemany("DELETE FROM silences WHERE id = ?", [row for row in gone if row[0] not in kept])

        self._write(write, leader=self._leader)

    @contextmanager
    def _reading(self) -> Iterator[Statements]:
        try:
            with self._database.reading() as connection:
                yield connection
        except sqlite3.Error as error:
            raise LedgerFault(f"could not read the alerting ledger {self._path}: {error}") from error

    def _write(
        self,
        work: Callable[[Statements], object],
        *,
        urgent: bool = True,
        leader: str = "",
        revision: int | None = None,
    ) -> None:
        try:
            self._database.write(work, urgent=urgent, leader=leader, revision=revision)
        except sqlite3.Error as error:
            raise LedgerFault(f"could not write the alerting ledger {self._path}: {error}") from error


class _TooMany(Exception):
    """What was to be written is more than may be."""
