"""The real engine for tests: chDB holds one data directory per process, so every test of a run shares this one store.

Tests keep apart by using service names, request ids and time windows of their own.
"""

import atexit
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from storage.client import Store
from storage.settings import StorageSettings


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run name a server for the storage contract."""
    parser.addoption(
        "--clickhouse-url", default="", help="run the storage tests on this server too: clickhouse://[user@]host[:port]"
    )


@pytest.fixture(scope="session")
def embedded_store() -> Store:
    """A migrated store on the embedded engine; the same one wherever this fixture is imported."""
    return shared_store()


@cache
def shared_store() -> Store:
    """The store of this process. It and its directory go when the process ends."""
    store = open_store(StorageSettings())
    store.migrations.apply()
    return store


def open_store(settings: StorageSettings) -> Store:
    """Another store on this process's engine (a database of its own); closed when the process ends."""
    store = Store.open("embedded", data_directory(), settings)
    atexit.register(store.close)
    return store


@cache
def data_directory() -> Path:
    """The data directory of this process's engine; it goes when the process ends."""
    directory = tempfile.TemporaryDirectory(prefix="meshhub-test-")
    atexit.register(directory.cleanup)
    return Path(directory.name)


def rows(store: Store, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows that a statement of the test itself answers."""
    with store._engine.client() as client:
        return [tuple(row) for row in client.query(sql, parameters).result_rows]


def run(store: Store, statement: str, **parameters: Any) -> None:
    """Run a statement that answers nothing."""
    with store._engine.client() as client:
        client.command(statement, parameters)
