"""The real engine for tests: chDB holds one data directory per process, so every test of a run shares this one store.

Tests keep apart by using service names, request ids and time windows of their own.
"""

import atexit
import tempfile
from functools import cache
from pathlib import Path

import pytest

from storage.client import Store
from storage.settings import StorageSettings


@pytest.fixture(scope="session")
def embedded_store() -> Store:
    """A migrated store on the embedded engine; the same one wherever this fixture is imported."""
    return shared_store()


@cache
def shared_store() -> Store:
    """The store of this process. It and its directory go when the process ends."""
    directory = tempfile.TemporaryDirectory(prefix="meshhub-test-")
    atexit.register(directory.cleanup)
    store = Store.open("embedded", Path(directory.name), StorageSettings())
    atexit.register(store.close)
    store.migrations.apply()
    return store
