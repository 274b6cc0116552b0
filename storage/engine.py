"""One client for two engines: chDB in this process, or a ClickHouse server over HTTP (docs/adr/0002).

A thin layer over clickhouse-connect: it opens clients, keeps a pool of them (one client serves one thread at a time),
and turns what they raise into StorageError with a verdict on whether a retry may help.
"""

import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import chdb
import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError, ProgrammingError

from meshhub.errors import StorageError
from storage.address import Address
from storage.faults import NO_ACCESS, message_of, root_cause, why_not_opened
from storage.settings import StorageSettings

MINIMUM_VERSION = (26, 3)
CONNECT_SECONDS = 5
RECEIVE_SECONDS = 120


class Engine:
    """A pool of clients of one engine. Thread-safe.

    Raises (every method): StorageError, retryable where the same call may succeed later; DataDirectoryInUse.
    """

    def __init__(self, address: Address, settings: StorageSettings, answer_seconds: int = RECEIVE_SECONDS) -> None:
        """`answer_seconds` is how long a server may take before it counts as one that does not answer."""
        self._address = address
        self._settings = settings
        self._answer_seconds = answer_seconds
        self._idle: queue.LifoQueue[Client] = queue.LifoQueue()
        self._idle_readers: queue.LifoQueue[Client] = queue.LifoQueue()
        self._closed = False
        self._first: Any = None
        self._opening = threading.Lock()

    @property
    def embedded(self) -> bool:
        return self._address.path is not None

    @contextmanager
    def client(self, *, for_good: frozenset[int] = NO_ACCESS, reading: bool = False) -> Iterator[Client]:
        """Borrow a client. One whose call failed is closed, not returned to the pool.

        Args:
            for_good: the error codes after which a retry cannot help.
            reading: ask as the user that may only read, where the settings have one.
        """
        idle = self._idle_readers if reading and self._settings.reader.username else self._idle
        if self._closed:
            raise StorageError("could not use the engine: the store is closed", retryable=True)
        with self._translated_errors(for_good):
            try:
                client = idle.get_nowait()
            except queue.Empty:
                client = self._open(self._settings.database, reading=idle is self._idle_readers)
            try:
                yield client
            except BaseException:
                client.close()
                raise
        self._put_back(client, idle)

    @contextmanager
    def client_of(self, database: str) -> Iterator[Client]:
        """A client of its own whose database is this one."""
        with self._translated_errors(NO_ACCESS):
            client = self._open(database)
            try:
                yield client
            finally:
                client.close()

    def close(self) -> None:
        """Close the idle clients now, and those in use when they come back."""
        self._closed = True
        for idle in (self._idle, self._idle_readers):
            while True:
                try:
                    idle.get_nowait().close()
                except queue.Empty:
                    break
        with self._opening:
            if self._first is not None:
                self._first.close()
                self._first = None

    def _put_back(self, client: Client, idle: "queue.LifoQueue[Client]") -> None:
        idle.put(client)
        if self._closed:
            self.close()

    def _open(self, database: str, *, reading: bool = False) -> Client:
        if self._address.path is not None:
            self._start_embedded(self._address.path)
            return _open_embedded(self._address.path, database)
        return clickhouse_connect.get_client(
            host=self._address.host,
            port=self._address.port,
            secure=self._address.secure,
            username=self._settings.reader.username if reading else self._user,
            password=self._settings.reader.password.reveal() if reading else self._password,
            database=database,
            tz_mode="aware",
            connect_timeout=min(CONNECT_SECONDS, self._answer_seconds),
            send_receive_timeout=self._answer_seconds,
            autogenerate_session_id=False,
            query_retries=0,
        )

    @property
    def address(self) -> Address:
        return self._address

    @property
    def database(self) -> str:
        """The database that clients use unless they say another."""
        return self._settings.database

    def _start_embedded(self, path: Path) -> None:
        """The connection that starts the engine says where backups may go: clickhouse-connect's cannot."""
        with self._opening:
            if self._first is None and not self._closed:
                path.mkdir(parents=True, exist_ok=True)
                allowed = backup_directory(self._address, self._settings)
                try:
                    self._first = chdb.connect(f"{path.resolve()}?backups.allowed_path={allowed}")  # type: ignore[no-untyped-call]
                except RuntimeError as error:
                    raise why_not_opened(path, error) from error

    @property
    def _password(self) -> str:
        return self._settings.password.reveal() or self._address.password.reveal()

    @property
    def _user(self) -> str:
        return self._settings.username or self._address.user or "default"

    @contextmanager
    def _translated_errors(self, for_good: frozenset[int]) -> Iterator[None]:
        """Turn what clickhouse-connect and its transports raise into StorageError."""
        try:
            yield
        except ClickHouseError as error:
            code = getattr(error, "code", None)
            raise StorageError(self._said(error, code), retryable=code not in for_good) from error
        except OSError as error:
            raise StorageError(f"could not use {self._address}: {error}", retryable=True) from error

    def _said(self, error: ClickHouseError, code: int | None) -> str:
        if code in NO_ACCESS:
            return (
                f"could not use {self._address} as user {self._user!r}: {message_of(error)}. "
                "See the settings storage.username and storage.password."
            )
        if code is None and isinstance(error, OperationalError):
            return (
                f"could not reach {self._address}: {root_cause(error)}. Is it running, and is the setting store right?"
            )
        return f"could not run a statement: {message_of(error)}"


def backup_directory(address: Address, settings: StorageSettings) -> Path:
    """Where backups of an embedded engine go. Raises ValueError for a server that was told no directory."""
    if settings.backups.directory is not None:
        return settings.backups.directory.resolve()
    if address.path is None:
        raise ValueError("a server has no directory of its own for backups")
    return address.path.resolve().parent / "backups"


def _open_embedded(path: Path, database: str) -> Client:
    try:
        return clickhouse_connect.get_client(dsn=f"chdb://{path.resolve()}", database=database, tz_mode="aware")
    except ProgrammingError as error:
        raise why_not_opened(path, error) from error


def check_version(client: Client) -> None:
    """Refuse an engine older than 26.3 LTS (inline protobuf schemas and oneof presence).

    Raises:
        StorageError: it is too old.
    """
    version = str(client.server_version)
    parts = tuple(int(part) for part in version.split(".")[:2])
    if parts < MINIMUM_VERSION:
        raise StorageError(
            f"could not use the engine: it is ClickHouse {version}, and meshhub needs 26.3 or newer", retryable=False
        )


def quoted(text: str) -> str:
    """A string literal for the places that take no bound parameter (settings, file names)."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def settings_clause(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {quoted(str(value))}" for name, value in settings.items())
