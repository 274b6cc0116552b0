"""How long rows are kept follows the settings, in tables that exist already too."""

import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from meshhub.testing.engine import rows, run
from meshhub.testing.everything import contents, segments
from meshhub.testing.exchange import Exchange
from storage.client import Store
from storage.rendering import tables
from storage.settings import RetentionSettings, StorageSettings

DAY = 86_400 * 10**9
LONG = RetentionSettings(spans=100, access_logs=100, logs=100, edges=100, request_minutes=100, metrics=100)
SHORT = RetentionSettings(spans=10, access_logs=20, logs=30, edges=40, request_minutes=40, metrics=50)
LEFT = {
    "spans": 1,
    "access_logs": 2,
    "logs": 2,
    "edges": 2 * 3,
    "metrics_gauge": 3,
    "metrics_sum": 3,
    "metrics_histogram": 3,
    "metrics_exponential_histogram": 3,
    "metrics_summary": 3,
    "request_index": 2,
    "trace_index": 2,
}
"""What is left, with the short retention, of three exchanges 5, 25 and 45 days old."""

Open = Callable[[RetentionSettings], Store]


@pytest.fixture(scope="module")
def reopened(engine_kind: str, open_store: Callable[[StorageSettings], Store]) -> Open:
    """Opens one migrated database with other settings each time."""
    database = f"meshhub_retention_{secrets.token_hex(4)}"

    def open_with(retention: RetentionSettings) -> Store:
        return open_store(StorageSettings(database=database, retention=retention))

    open_with(LONG).migrations.apply()
    return open_with


@pytest.fixture(scope="module", autouse=True)
def _dropped(reopened: Open) -> Iterator[None]:
    yield
    store = reopened(LONG)
    run(store, f"DROP DATABASE {store._settings.database} SYNC")


def days_of(store: Store) -> dict[str, str]:
    """The number of days in each table's TTL, as the engine has it."""
    return dict(
        rows(
            store,
            "SELECT name, extract(engine_full, 'toIntervalDay\\\\((\\\\d+)\\\\)') FROM system.tables "
            "WHERE database = currentDatabase() AND engine_full LIKE '%TTL%'",
        )
    )


KEPT_A_DAY = {"hub_reports": "1"}
"""What no setting asks about: what processes say of themselves."""


def expected(retention: RetentionSettings) -> dict[str, str]:
    return {entry.table: str(retention.days(entry.table)) for entry in tables()}


def test_only_tables_that_differ_are_changed(reopened: Open) -> None:
    assert days_of(reopened(LONG)) == expected(LONG) | KEPT_A_DAY
    assert reopened(LONG).apply_retention() == []
    less_logs = LONG.model_copy(update={"logs": 3})
    assert reopened(less_logs).apply_retention() == ["logs"]
    assert days_of(reopened(less_logs)) == expected(less_logs) | KEPT_A_DAY

    assert set(reopened(SHORT).apply_retention()) == set(expected(SHORT))
    assert days_of(reopened(SHORT)) == expected(SHORT) | KEPT_A_DAY
    assert reopened(SHORT).apply_retention() == []
    reopened(LONG).apply_retention()


def test_rows_that_became_too_old_go_and_the_others_stay(reopened: Open, folder: Path) -> None:
    store = reopened(LONG)
    assert set(store.apply_retention()) <= set(expected(LONG))
    for age in (5, 25, 45):
        for file in segments(folder, Exchange.of(time.time_ns() - age * DAY)):
            file.load(store)
    assert contents(store)["spans"] == 3

    shortened = reopened(SHORT)
    shortened.apply_retention()
    for table in expected(SHORT):
        run(shortened, f"OPTIMIZE TABLE {table} FINAL SETTINGS mutations_sync = 2")
    assert {table: count for table, count in contents(shortened).items() if table in LEFT} == LEFT
