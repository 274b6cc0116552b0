"""One client for two engines: chDB in this process, or a ClickHouse server over HTTP (docs/adr/0002).

A thin layer over clickhouse-connect: it opens clients, keeps a pool of them (one client serves one thread at a time),
and turns what they raise into StorageError with a verdict on whether a retry may help.
"""

import queue
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError, ProgrammingError

from meshhub.errors import DataDirectoryInUse, StorageError
from storage.settings import StorageSettings

EMBEDDED = "embedded"
MINIMUM_VERSION = (26, 3)
CONNECT_SECONDS = 5
RECEIVE_SECONDS = 120

# ClickHouse error codes (src/Common/ErrorCodes.cpp) after which the same statement can never succeed.
_PERMANENT_CODES = frozenset(
    {
        6,  # CANNOT_PARSE_TEXT
        27,  # CANNOT_PARSE_INPUT_ASSERTION_FAILED
        33,  # CANNOT_READ_ALL_DATA
        41,  # CANNOT_PARSE_DATETIME
        43,  # ILLEGAL_TYPE_OF_ARGUMENT
        44,  # ILLEGAL_COLUMN
        53,  # TYPE_MISMATCH
        69,  # ARGUMENT_OUT_OF_BOUND
        70,  # CANNOT_CONVERT_TYPE
        72,  # CANNOT_PARSE_NUMBER
        117,  # INCORRECT_DATA
        128,  # TOO_LARGE_ARRAY_SIZE
        131,  # TOO_LARGE_STRING_SIZE
        321,  # VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
        407,  # DECIMAL_OVERFLOW
        444,  # UNKNOWN_PROTOBUF_FORMAT
        445,  # CANNOT_MMAP... kept permanent: the input, not the engine, is at fault
        636,  # CANNOT_EXTRACT_TABLE_STRUCTURE
    }
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the engine is: `path` for the embedded one, `url` (clickhouse://… or clickhouses://…) for a server."""

    path: Path | None
    url: str = ""

    @classmethod
    def parse(cls, store: str, data_dir: Path) -> "Address":
        """Read the setting `store`: "embedded" or a URL.

        Raises:
            StorageError: neither.
        """
        if store == EMBEDDED:
            return cls(data_dir / "store")
        if urlsplit(store).scheme in {"clickhouse", "clickhouses", "http", "https"} and urlsplit(store).hostname:
            return cls(None, store)
        raise StorageError(
            f"could not use the store {store!r}: expected 'embedded' or clickhouse://host[:port]", retryable=False
        )


class Engine:
    """A pool of clients of one engine. Thread-safe.

    Raises (every method): StorageError, retryable where the same call may succeed later.
    """

    def __init__(self, address: Address, settings: StorageSettings) -> None:
        self._address = address
        self._settings = settings
        self._idle: queue.LifoQueue[Client] = queue.LifoQueue()
        self._closed = False

    @property
    def embedded(self) -> bool:
        return self._address.path is not None

    @contextmanager
    def client(self) -> Iterator[Client]:
        """Borrow a client. One whose call failed in transport is closed, not returned to the pool."""
        if self._closed:
            raise StorageError("could not use the engine: the store is closed", retryable=False)
        try:
            client = self._idle.get_nowait()
        except queue.Empty:
            client = self.connect(self._settings.database)
        try:
            with translated_errors():
                yield client
        except StorageError as error:
            if error.retryable:
                client.close()
            else:
                self._idle.put(client)
            raise
        except BaseException:
            client.close()
            raise
        self._idle.put(client)

    def connect(self, database: str) -> Client:
        """A new client whose database is this one."""
        with translated_errors():
            if self._address.path is not None:
                return self._connect_embedded(self._address.path, database)
            url = urlsplit(self._address.url)
            secure = url.scheme in {"clickhouses", "https"}
            return clickhouse_connect.get_client(
                host=url.hostname,
                port=url.port or (8443 if secure else 8123),
                secure=secure,
                username=self._settings.username or url.username or "default",
                password=self._settings.password.reveal() or url.password or "",
                database=database,
                tz_mode="aware",
                connect_timeout=CONNECT_SECONDS,
                send_receive_timeout=RECEIVE_SECONDS,
                autogenerate_session_id=False,
                query_retries=0,
            )

    def _connect_embedded(self, path: Path, database: str) -> Client:
        path.mkdir(parents=True, exist_ok=True)
        try:
            return clickhouse_connect.get_client(dsn=f"chdb://{path.resolve()}", database=database, tz_mode="aware")
        except ProgrammingError as error:
            if "lock" in str(error).lower() or "CANNOT_OPEN_FILE" in str(error):
                raise DataDirectoryInUse(path.parent) from error
            raise

    def close(self) -> None:
        self._closed = True
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn what clickhouse-connect and its transports raise into StorageError."""
    try:
        yield
    except ClickHouseError as error:
        code = getattr(error, "code", None)
        permanent = code in _PERMANENT_CODES or (isinstance(error, ProgrammingError) and code is None)
        retryable = isinstance(error, OperationalError) or not permanent
        raise StorageError(f"could not run a statement: {_first_line(error)}", retryable=retryable) from error
    except OSError as error:
        raise StorageError(f"could not reach the engine: {error}", retryable=True) from error


def _first_line(error: Exception) -> str:
    """What happened, without the stack and without the statement that the engine repeats after "In scope"."""
    return str(error).strip().partition("\n")[0].partition(": In scope")[0][:1000]


def check_version(client: Client) -> None:
    """Refuse a server older than 26.3 LTS (inline protobuf schemas and oneof presence).

    Raises:
        StorageError: the server is too old.
    """
    version = str(client.server_version)
    parts = tuple(int(part) for part in version.split(".")[:2])
    if parts < MINIMUM_VERSION:
        raise StorageError(
            f"could not use the ClickHouse server: it is {version}, and meshhub needs 26.3 or newer", retryable=False
        )


def quoted(text: str) -> str:
    """A string literal for the places that take no bound parameter (settings, file names)."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def settings_clause(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {quoted(str(value))}" for name, value in settings.items())
