"""No question can stop the others: each has its limits, and only so many run at a time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from meshhub.errors import StorageError
from meshhub.testing.everything import segments
from meshhub.testing.exchange import Exchange
from storage.client import Store
from storage.records.hub import Freshness, TableSize
from storage.settings import QueryLimits, StorageSettings


def test_a_question_that_reads_too_much_is_ended(store: Store, folder: Path, sent: Exchange) -> None:
    for file in segments(folder, sent, copies=50):
        file.load(store)
    limited = Store(store._engine, store._settings.model_copy(update={"limits": QueryLimits(max_rows_to_read=10)}))
    with pytest.raises(StorageError, match="TOO_MANY_ROWS"):
        limited.query("freshness", {}, Freshness)
    assert store.query("freshness", {}, Freshness)


def test_a_question_waits_for_its_turn_and_then_says_so(open_store: Callable[[StorageSettings], Store]) -> None:
    limits = QueryLimits(concurrent_queries=1, max_execution_seconds=1)
    store = open_store(StorageSettings(limits=limits, database="default"))
    with store._turn(1), pytest.raises(StorageError, match="1 queries ran for 1 s") as busy:
        store.query("table_sizes", {}, TableSize)
    assert busy.value.retryable
    store.query("table_sizes", {}, TableSize)


def test_a_question_that_is_not_there_is_our_own_fault(store: Store) -> None:
    with pytest.raises(FileNotFoundError):
        store.query("no_such_question", {}, TableSize)
