"""Brings how long existing tables keep their rows to what the settings say. New tables are made with it."""

import re

from storage.engine import Engine
from storage.rendering import Migration, migrations, time_to_live
from storage.settings import StorageSettings

_DAYS = re.compile(r"\bTTL\b.*?\btoIntervalDay\((\d+)\)", re.DOTALL)
_TABLES = "SELECT name, engine_full FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"


def apply_retention(engine: Engine, settings: StorageSettings) -> list[str]:
    """Change the tables whose retention differs from the settings; their names, in the order of the schema.

    The engine works the change in afterwards: it reads times only, and then drops what has become too old, whole days
    at a time, with its next merges.

    Raises:
        StorageError: the engine did not do it; the tables changed before stay changed. Safe to repeat.
    """
    changed = []
    with engine.client() as client:
        kept = {name: _days(text) for name, text in client.query(_TABLES).result_rows}
        for entry in migrations():
            name = local_name(entry, settings)
            if entry.table and name in kept and kept[name] != settings.retention.days(entry.table):
                for statement in statements(entry, settings):
                    client.command(statement)
                changed.append(name)
    return changed


def differences(engine: Engine, settings: StorageSettings) -> dict[str, tuple[int | None, int]]:
    """The tables whose days in the engine are others than the settings say: those, and these.

    Raises:
        StorageError: the engine does not answer.
    """
    with engine.client() as client:
        kept = {name: _days(text) for name, text in client.query(_TABLES).result_rows}
    wanted = {
        local_name(entry, settings): settings.retention.days(entry.table) for entry in migrations() if entry.table
    }
    return {name: (kept[name], days) for name, days in wanted.items() if name in kept and kept[name] != days}


def statements(entry: Migration, settings: StorageSettings) -> list[str]:
    """What brings the retention of one table to the settings."""
    on_cluster = f" ON CLUSTER '{settings.cluster}'" if settings.cluster else ""
    table = f"ALTER TABLE {local_name(entry, settings)}{on_cluster}"
    return [
        f"{table} MODIFY SETTING materialize_ttl_recalculate_only = 1",
        f"{table} MODIFY TTL {time_to_live(entry, settings)}",
    ]


def local_name(entry: Migration, settings: StorageSettings) -> str:
    """The table that holds the rows."""
    return f"{entry.table}_local" if settings.cluster else entry.table


def _days(engine_full: str) -> int | None:
    found = _DAYS.search(engine_full)
    return int(found[1]) if found else None
