"""The contract of shared logs: one writer per position, in memory, on the embedded engine, and over HTTP."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from meshhub.testing.engine import shared_store
from meshhub.testing.front import running_front
from meshhub.testing.memory_log import MemoryLog
from storage.client import Store
from storage.records.shared import Entry, Snapshot
from storage.settings import StorageSettings
from storage.shared.log import Log, SharedEngine


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedEngine]:
    """An engine over HTTP."""
    folder = tmp_path_factory.mktemp("served")
    with running_front(folder / "store") as front:
        store = Store.open(front.url, folder, StorageSettings())
        store.migrations.apply()
        store.close()
        shared = SharedEngine.open(front.url, folder, StorageSettings())
        yield shared
        shared.close()


@pytest.fixture(params=["memory", "embedded", "served"])
def log(request: pytest.FixtureRequest) -> Log:
    name = f"test-{uuid.uuid4().hex}"
    if request.param == "memory":
        return MemoryLog()
    if request.param == "embedded":
        return SharedEngine(shared_store()._engine).log(name)
    served: SharedEngine = request.getfixturevalue("served")
    return served.log(name)


def test_a_new_log_is_empty(log: Log) -> None:
    assert log.last() is None
    assert log.snapshot() is None
    assert list(log.after(0)) == []


def test_a_position_is_written_once(log: Log) -> None:
    assert log.append(1, "a", "of a")
    assert not log.append(1, "b", "of b")
    assert log.append(1, "a", "of a"), "the same attempt again is the same entry"
    assert log.append(2, "b", "ü\t'\"\\\n" * 20_000)
    assert log.last() == Entry(2, "b", "ü\t'\"\\\n" * 20_000)
    assert next(iter(log.after(0))) == Entry(1, "a", "of a")
    assert [entry.position for entry in log.after(1)] == [2]


def test_of_many_that_write_at_once_one_is_told_that_it_did(log: Log) -> None:
    with ThreadPoolExecutor(6) as threads:
        for position in range(1, 6):
            told = list(threads.map(lambda who, position=position: log.append(position, str(who), "x"), range(6)))
            entry = log.last()
            assert entry is not None
            assert [who for who, won in enumerate(told) if won] == [int(entry.writer)]
    assert [entry.position for entry in log.after(0)] == [1, 2, 3, 4, 5]


def test_the_newest_snapshot_counts_and_the_first_of_its_position(log: Log) -> None:
    log.keep(Snapshot(0, "first"))
    log.keep(Snapshot(0, "second"))
    assert log.snapshot() == Snapshot(0, "first")
    log.keep(Snapshot(10, "ten"))
    log.keep(Snapshot(5, "late"))
    assert log.snapshot() == Snapshot(10, "ten")


def test_what_is_forgotten_is_gone_and_stays_written(log: Log) -> None:
    for position in (1, 2, 3):
        log.append(position, "a", str(position))
    log.forget(2)
    assert [entry.position for entry in log.after(0)] == [3]
    assert log.append(4, "a", "4")


def test_reports_say_what_was_said_last(served: SharedEngine) -> None:
    served.report("one", "process", "first")
    served.report("one", "process", "second")
    served.report("one", "ads", "proxies")
    served.report("two", "process", "other")
    found = {(each.instance, each.kind): each.body for each in served.reports(60)}
    assert found == {("one", "process"): "second", ("one", "ads"): "proxies", ("two", "process"): "other"}
    assert all(0 <= each.age_seconds < 60 for each in served.reports(60))
