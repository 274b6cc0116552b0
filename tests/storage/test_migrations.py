"""Migrations: applied once, in order, repeatable, shown before they are run; a newer store is left alone."""

import re
from collections.abc import Iterator

import pytest

from meshhub.errors import StorageError
from meshhub.testing.engine import rows, run
from storage.client import Store
from storage.migrations import State
from storage.rendering import migrations

NEWEST = migrations()[-1]


@pytest.fixture
def from_the_future(store: Store) -> Iterator[Store]:
    """A store that a newer meshhub has migrated."""
    run(store, "INSERT INTO schema_migrations (number, name, hash) VALUES (9001, 'from_the_future', 'x')")
    yield store
    run(store, "DELETE FROM schema_migrations WHERE number = 9001")


@pytest.fixture
def edited(store: Store) -> Iterator[Store]:
    """A store whose first migration was another text when it was applied."""
    [(was,)] = rows(store, "SELECT hash FROM schema_migrations FINAL WHERE number = 1")
    change = "ALTER TABLE schema_migrations UPDATE hash = {hash:String} WHERE number = 1 SETTINGS mutations_sync = 2"
    run(store, change, hash="other")
    yield store
    run(store, change, hash=was)


@pytest.fixture
def interrupted(store: Store) -> Store:
    """A store in which the last migration was run, and the hub died before it noted that."""
    run(store, "DELETE FROM schema_migrations WHERE number = {number:UInt32}", number=NEWEST.number)
    return store


def states(store: Store) -> set[State]:
    return {status.state for status in store.migrations.status()}


def schema_of(store: Store) -> dict[str, str]:
    sql = "SELECT name, create_table_query FROM system.tables WHERE database = {name:String}"
    database = store._settings.database
    statements = dict(rows(store, sql, name=database))
    qualified = re.compile(rf"\b{database}\.(?=(?:{'|'.join(statements)})\b)")
    return {name: qualified.sub("", statement) for name, statement in statements.items()}


def test_a_fresh_store_is_planned_without_a_trace_and_then_migrated_once(fresh: Store, store: Store) -> None:
    assert states(fresh) == {State.PENDING}
    plan = "\n".join(fresh.migrations.plan())
    assert "CREATE TABLE IF NOT EXISTS spans" in plan
    assert "edges_counters_from_mesh_stats" in plan
    assert "CREATE MATERIALIZED VIEW IF NOT EXISTS edges_counters_from_metrics_sum" not in plan
    database = fresh._settings.database
    assert rows(store, "SELECT count() FROM system.databases WHERE name = {name:String}", name=database) == [(0,)]

    assert fresh.migrations.apply() == [entry.label for entry in migrations()]
    assert states(fresh) == {State.APPLIED}
    assert fresh.migrations.plan() == []
    assert fresh.migrations.apply() == []


def test_a_new_store_is_as_one_that_took_every_step(fresh: Store, store: Store) -> None:
    """It leaves out what only makes views that a later step drops."""
    steps = migrations()
    fresh.migrations._create_database()
    for entry in steps:
        fresh.migrations._run(entry)
    assert schema_of(fresh) == schema_of(store)


def test_the_status_names_every_migration_in_order(store: Store) -> None:
    expected = [(entry.number, entry.name) for entry in migrations()]
    assert [(status.number, status.name) for status in store.migrations.status()] == expected
    assert [number for number, _ in expected] == sorted(number for number, _ in expected)


def test_a_store_of_a_newer_version_is_refused(from_the_future: Store) -> None:
    for step in (from_the_future.migrations.status, from_the_future.migrations.plan, from_the_future.migrations.apply):
        with pytest.raises(StorageError, match=r"its schema is at 9001.*Use the newer meshhub") as refused:
            step()
        assert not refused.value.retryable


def test_a_migration_that_was_edited_after_it_was_applied_shows(edited: Store) -> None:
    changed = [status.number for status in edited.migrations.status() if status.state is State.CHANGED]
    assert changed == [1]
    assert edited.migrations.apply() == []


def test_a_migration_that_was_interrupted_is_run_again(interrupted: Store) -> None:
    assert interrupted.migrations.apply() == [NEWEST.label]
    assert states(interrupted) == {State.APPLIED}


def test_a_hub_that_does_not_migrate_waits_for_who_does(fresh: Store) -> None:
    with pytest.raises(StorageError, match=r"migrations are pending, and storage\.migrate is off") as waiting:
        fresh.await_schema()
    assert waiting.value.retryable
    fresh.migrations.apply()
    assert fresh.await_schema() == []
