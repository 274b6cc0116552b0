"""An SQLite file of the hub: of one process, or followed by all processes of a hub through a log in the engine.

Shared, every transaction is an entry of the log, written before it counts here: a process whose file is not at the end
of the log is refused by the position being taken, learns what the others did, and does its work again on that.
"""

import logging
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from meshhub.errors import MeshhubError, StorageError
from storage.records.shared import Entry, Snapshot
from storage.shared.image import image_of, open_image
from storage.shared.log import Log
from storage.shared.statements import Recorder, Statements, Transaction

BUSY_SECONDS = 10.0
SNAPSHOT_EVERY = 500
"""Entries between two snapshots; twice as many are kept in the log."""

ATTEMPTS = 20
"""How often a transaction is done again because others were first."""

PAUSE_SECONDS = 2.0
"""How long an engine that did not answer is left alone by what need not wait for it."""

ResultT = TypeVar("ResultT")

_SHARED_SCHEMA = files("storage.shared").joinpath("schema.sql").read_text(encoding="utf-8")

logger = logging.getLogger(__name__)


class NotShared(StorageError):
    """A change could not be shared with the other processes of the hub. It may come into force all the same, later."""

    def __init__(self, trouble: str) -> None:
        super().__init__(
            "could not share a change with the other processes of the hub; it may still come into force. "
            f"Look at it again, and repeat it if it did not: {trouble}",
            retryable=True,
        )


class Overtaken(StorageError):
    """Another process wrote first: nothing was written, and what was decided may be wrong now. Decide again."""

    def __init__(self) -> None:
        super().__init__("could not write what is shared: other processes of the hub were first", retryable=True)


class Deposed(MeshhubError):
    """Another process leads: nothing was written."""


class Database:
    """One file, for its owner only. Thread-safe. Everything raises sqlite3.Error as SQLite does."""

    def __init__(self, path: Path | str, schema: str, log: Log | None = None) -> None:
        """Open it, or make it.

        Args:
            path: the file, or ":memory:".
            schema: statements that make the tables where they are not there.
            log: what is shared with others; None if nothing is.

        Raises:
            OSError: the file cannot be made.
        """
        self._schema = schema
        self._log = log
        self._lock = threading.RLock()
        self._silent_until = float("-inf")
        self._is_checked = False
        self.revision = 0
        """Another number whenever something came that others wrote."""
        self.trouble = ""
        """Why this file may be behind what is shared; empty where it follows."""
        if path != ":memory:":
            Path(path).touch(mode=0o600)
        self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        self._prepare(self._connection)

    @property
    def shared(self) -> bool:
        return self._log is not None

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[Statements]:
        """Run questions on what this file has."""
        with self._lock:
            yield self._connection

    def write(
        self,
        work: Callable[[Statements], ResultT],
        *,
        urgent: bool = False,
        leader: str = "",
        revision: int | None = None,
    ) -> ResultT:
        """Run statements as one transaction.

        Args:
            work: runs them; it may be called more than once, each time on all that was written before.
            urgent: not to be held up by an engine that does not answer: it counts here at once, and is shared later.
            leader: the process that must still lead; "" if it does not matter.
            revision: what `revision` was when it was decided what to write; None if the work decides itself, each time
                anew.

        Raises:
            NotShared: the engine does not answer.
            Overtaken: others wrote since `revision`, or again and again.
            Deposed: `leader` leads no more.
        """
        with self._lock:
            if self._log is None:
                with self._transaction():
                    return work(self._connection)
            for _ in range(ATTEMPTS):
                self._settle(self._log)
                if revision not in (None, self.revision):
                    raise Overtaken
                done = self._attempt(self._log, work, urgent, leader)
                if done is not None:
                    self._snapshot_now_and_then(self._log)
                    return done[0]
                self.catch_up()
            raise Overtaken

    def write_here(self, work: Callable[[Statements], ResultT]) -> ResultT:
        """Run statements as one transaction that others need not know of."""
        with self._lock, self._transaction():
            return work(self._connection)

    def lead(self, leader: str) -> None:
        """Have a process lead from now on: whoever did before is refused. An engine that does not answer learns later.

        Raises:
            Overtaken: others wrote, again and again.
        """
        self.write(lambda connection: connection.execute("UPDATE shared_place SET leader = ?", (leader,)), urgent=True)

    def catch_up(self) -> bool:
        """Take over what others did; whether there was something. An engine that does not answer is no error."""
        if self._log is None:
            return False
        try:
            return self._catch_up(self._log)
        except StorageError as error:
            self._note(str(error))
            return False

    def _catch_up(self, log: Log) -> bool:
        taken = False
        with self._lock:
            if not self._is_checked or not self._joined or self._waiting():
                before = self.revision
                self._settle(log)
                taken = self.revision != before
            if not self._is_checked or not self._joined or self._waiting():
                return taken  # the engine does not answer
        while True:
            entries = log.after(self._position)  # without the lock: readers go on meanwhile
            self._note("")
            if not entries:
                return taken
            with self._lock:
                if entries[0].position > self._position + 1:
                    return self._skip(log) or taken
                taken |= self._apply(entries)

    def _skip(self, log: Log) -> bool:
        """Go on from a snapshot, where the entries before it are gone; not where a node just lags behind."""
        snapshot = log.snapshot()
        if snapshot is None or snapshot.position <= self._position:
            return False
        self._rebuild(log)
        return True

    def _attempt(
        self, log: Log, work: Callable[[Statements], ResultT], urgent: bool, leader: str
    ) -> tuple[ResultT] | None:
        """The result, if it was written."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            if leader and self._leader != leader:
                raise Deposed("could not write what is shared: another process of the hub leads now")
            recorder = Recorder(self._connection)
            result = work(recorder)
            if recorder.done:
                transaction = Transaction(leader, tuple(recorder.done))
                if not self._share(log, transaction.encoded(), urgent):
                    self._connection.execute("ROLLBACK")
                    return None
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return (result,)

    def _share(self, log: Log, body: str, urgent: bool) -> bool:
        """Write to the log, or have it wait; whether the position was free."""
        writer = uuid.uuid4().hex
        if not self._waiting() and not (urgent and self._is_silent):
            try:
                if not log.append(self._position + 1, writer, body):
                    return False
                self._move(self._position + 1)
                self._note("")
                return True
            except StorageError as error:
                self._note(str(error))
        if not urgent:
            raise NotShared(self.trouble)
        self._connection.execute("INSERT INTO shared_waiting (writer, body) VALUES (?, ?)", (writer, body))
        return True

    def _settle(self, log: Log) -> None:
        """Join the log and write what waits, as far as the engine answers."""
        if self._is_silent or (self._is_checked and self._joined and not self._waiting()):
            return
        try:
            if not self._is_checked:
                self._check(log)
            if not self._joined:
                self._join(log)
            while waiting := self._waiting():
                number, writer, body = waiting[0]
                if log.append(self._position + 1, writer, body):
                    with self._transaction() as connection:
                        self._move(self._position + 1)
                        connection.execute("DELETE FROM shared_waiting WHERE id = ?", (number,))
                else:
                    self._rebuild(log)
            self._note("")
        except StorageError as error:
            self._note(str(error))

    def _check(self, log: Log) -> None:
        """Once in a process: an engine that was restored, or made anew, may have less than this file."""
        snapshot, last = log.snapshot(), log.last()
        reached = max(snapshot.position if snapshot else -1, last.position if last else -1)
        if self._joined and reached < 0:
            again = "UPDATE shared_place SET position = 0, joined = 0"
            self.write_here(lambda connection: connection.execute(again))
        elif self._joined and reached < self._position:
            logger.warning("the store was restored: what this process knew beyond it is dropped")
            self._rebuild(log)
        self._is_checked = True

    def _join(self, log: Log) -> None:
        """Begin to follow. What is in the first file that ever joins is what everybody begins with."""
        if log.snapshot() is None and log.last() is None:
            own = image_of(self._connection, without="shared_waiting")
            log.keep(Snapshot(0, own))
            kept = log.snapshot()
            if kept is not None and kept.body == own:
                self.write_here(lambda connection: connection.execute("DELETE FROM shared_waiting"))
        self._rebuild(log)

    def _rebuild(self, log: Log) -> None:
        """Begin anew from the log, and do what waits again on that: not what was done as one who leads no more."""
        snapshot = log.snapshot()
        if snapshot is None:
            raise StorageError("could not follow what is shared: the engine has no snapshot of it yet", retryable=True)
        kept = [(writer, Transaction.decoded(body), body) for _, writer, body in self._waiting()]
        with closing(open_image(snapshot.body)) as made:
            self._prepare(made)
            made.execute("UPDATE shared_place SET joined = 1")
            while entries := log.after(_place(made)[0]):
                for entry in entries:
                    Transaction.decoded(entry.body).run(made)
                    made.execute("UPDATE shared_place SET position = ?", (entry.position,))
            for writer, transaction, body in kept:
                if transaction.leader in ("", _place(made)[1]):
                    transaction.run(made)
                    made.execute("INSERT INTO shared_waiting (writer, body) VALUES (?, ?)", (writer, body))
            made.backup(self._connection)
        self.revision += 1

    def _apply(self, entries: Sequence[Entry]) -> bool:
        """Do what the log says next; whether something was."""
        changed = False
        with self._transaction():
            for entry in entries:
                if entry.position == self._position + 1:
                    Transaction.decoded(entry.body).run(self._connection)
                    self._move(entry.position)
                    changed = True
            self.revision += changed
        return changed

    def _snapshot_now_and_then(self, log: Log) -> None:
        """By whoever wrote the entry that makes it due: nobody else has anything to do with it."""
        position = self._position
        if position == 0 or position % SNAPSHOT_EVERY or self._waiting():
            return
        try:
            log.keep(Snapshot(position, image_of(self._connection)))
            log.forget(max(position - 2 * SNAPSHOT_EVERY, 0))
        except StorageError as error:
            logger.warning("could not keep a snapshot of what is shared: %s", error)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(self._schema)
        if self._log is not None:
            connection.executescript(_SHARED_SCHEMA)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _waiting(self) -> list[tuple[int, str, str]]:
        return self._connection.execute("SELECT id, writer, body FROM shared_waiting ORDER BY id").fetchall()

    @property
    def _position(self) -> int:
        with self._lock:
            return _place(self._connection)[0]

    @property
    def _leader(self) -> str:
        return _place(self._connection)[1]

    @property
    def _joined(self) -> bool:
        with self._lock:
            return _place(self._connection)[2]

    def _move(self, position: int) -> None:
        self._connection.execute("UPDATE shared_place SET position = ?", (position,))

    @property
    def _is_silent(self) -> bool:
        return time.monotonic() < self._silent_until

    def _note(self, trouble: str) -> None:
        """Remember whether the engine answers."""
        self._silent_until = time.monotonic() + PAUSE_SECONDS if trouble else float("-inf")
        if trouble and not self.trouble:
            logger.warning("could not follow what the hub's processes share: %s", trouble)
        elif self.trouble and not trouble:
            logger.info("following what the hub's processes share again")
        self.trouble = trouble


def _place(connection: sqlite3.Connection) -> tuple[int, str, bool]:
    """The position, the leader, and whether it joined."""
    position, leader, joined = connection.execute("SELECT position, leader, joined FROM shared_place").fetchone()
    return position, leader, bool(joined)
