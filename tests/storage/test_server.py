"""What a person is told when the server is not there, does not let the hub in, or is too old."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshhub.errors import StorageError
from meshhub.secret import Secret
from meshhub.testing.everything import segments
from meshhub.testing.exchange import Exchange
from meshhub.testing.front import Front, running_front
from storage.client import Store
from storage.settings import StorageSettings


def refused(store: Store) -> StorageError:
    with pytest.raises(StorageError) as error:
        store.migrations.apply()
    return error.value


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A front that asks for a password and says that it is an old server."""
    options = ("--password", "s3cret/@:", "--version", "25.8.3.1")
    with running_front(tmp_path_factory.mktemp("guarded"), *options) as front:
        yield front


def opened(front: Front, user_and_password: str = "", settings: StorageSettings | None = None) -> Store:
    url = f"clickhouse://{user_and_password}127.0.0.1:{front.port}"
    return Store.open(url, Path("unused"), settings or StorageSettings())


@pytest.mark.parametrize("user_and_password", ["", "default:wrong-0@", "nobody:wrong-0@"])
def test_a_wrong_password_is_said_and_not_shown(guarded: Front, user_and_password: str) -> None:
    error = refused(opened(guarded, user_and_password))
    assert not error.retryable
    assert str(error).startswith(f"could not use the ClickHouse server at http://127.0.0.1:{guarded.port} as user ")
    assert "Authentication failed" in str(error)
    assert "storage.password" in str(error)
    assert "wrong-0" not in str(error)


def test_a_wrong_password_is_not_a_segments_fault(guarded: Front, tmp_path: Path) -> None:
    with pytest.raises(StorageError) as error:
        segments(tmp_path, Exchange.recent())[0].load(opened(guarded))
    assert error.value.retryable


def test_a_server_that_is_too_old_is_refused(guarded: Front) -> None:
    for store in (
        opened(guarded, "default:s3cret%2F%40%3A@"),
        opened(guarded, settings=StorageSettings(username="default", password=Secret("s3cret/@:"))),
    ):
        error = refused(store)
        assert str(error) == ("could not use the engine: it is ClickHouse 25.8.3.1, and meshhub needs 26.3 or newer")
        assert not error.retryable


def test_a_server_that_is_not_there_may_come(tmp_path: Path) -> None:
    error = refused(Store.open("clickhouse://127.0.0.1:1", tmp_path, StorageSettings()))
    assert error.retryable
    assert "http://127.0.0.1:1: [Errno 111] Connection refused" in str(error)


def test_a_server_without_a_name_may_get_one(tmp_path: Path) -> None:
    error = refused(Store.open("clickhouses://nobody.invalid", tmp_path, StorageSettings()))
    assert error.retryable
    assert "https://nobody.invalid:8443" in str(error)


UNUSABLE = (
    "",
    "chdb",
    "mysql://root:hidden@db",
    "clickhouse://",
    "clickhouse://host:port",
    "clickhouse://host:99999",
    "clickhouse://user:hidden@host/database",
    "clickhouse://host?hidden=1",
    "clickhouse://[::1",
)


@pytest.mark.parametrize("setting", UNUSABLE)
def test_another_store_is_refused_without_showing_what_it_said(setting: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError) as error:
        Store.open(setting, tmp_path, StorageSettings())
    assert str(error.value).startswith("could not use the setting store: expected 'embedded' or clickhouse://")
    assert not error.value.retryable
    assert "hidden" not in str(error.value)
