"""The engines that the storage contract is tested on."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from meshhub.testing.engine import data_directory, run, shared_store
from meshhub.testing.exchange import Exchange
from meshhub.testing.front import Front, running_front
from storage.client import Store
from storage.settings import StorageSettings

OpenStore = Callable[[StorageSettings], Store]

EMBEDDED = "chDB in process"
FRONT = "over HTTP"
SERVER = "the server of --clickhouse-url"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `store` or `open_store` runs on every engine there is."""
    if "engine_kind" in metafunc.fixturenames:
        kinds = [EMBEDDED, FRONT]
        if metafunc.config.getoption("--clickhouse-url"):
            kinds.append(SERVER)
        metafunc.parametrize("engine_kind", kinds, scope="session")


@pytest.fixture(scope="session")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with running_front(tmp_path_factory.mktemp("front")) as front:
        yield front


@pytest.fixture(scope="session")
def open_store(engine_kind: str, request: pytest.FixtureRequest) -> Iterator[OpenStore]:
    """Opens stores on one engine; the databases they may have made go in the end."""
    opened: list[Store] = []
    address = "embedded"
    if engine_kind == FRONT:
        address = request.getfixturevalue("front").url
    elif engine_kind == SERVER:
        address = request.config.getoption("--clickhouse-url")

    def open_one(settings: StorageSettings) -> Store:
        opened.append(Store.open(address, data_directory(), settings))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def store(engine_kind: str, open_store: OpenStore) -> Iterator[Store]:
    """A migrated store on each kind of engine. Tests keep apart by the names of services and ids that they use."""
    if engine_kind == EMBEDDED:
        yield shared_store()
        return
    settings = StorageSettings(database=f"meshhub_test_{secrets.token_hex(4)}")
    store = open_store(settings)
    store.migrations.apply()
    yield store
    run(store, f"DROP DATABASE {settings.database} SYNC")


@pytest.fixture
def sent() -> Exchange:
    """Whom and what a test's telemetry is about."""
    return Exchange.recent()


@pytest.fixture
def fresh(open_store: OpenStore) -> Iterator[Store]:
    """A store whose database is not made yet."""
    settings = StorageSettings(database=f"meshhub_fresh_{secrets.token_hex(4)}")
    store = open_store(settings)
    yield store
    run_anywhere(open_store, f"DROP DATABASE IF EXISTS {settings.database} SYNC")


def run_anywhere(open_store: OpenStore, statement: str) -> None:
    """Run a statement where no database of ours is needed."""
    store = open_store(StorageSettings(database="default"))
    run(store, statement)
    store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a test writes its segments; a blank, a quote and a Greek letter must not matter."""
    folder = tmp_path / "se'gments of λ"
    folder.mkdir()
    return folder
