"""Brings how long existing tables keep their rows, and where, to what the settings say. New tables are made with the
first and moved by the second."""

import re
from dataclasses import dataclass

from storage.engine import Engine
from storage.rendering import Migration, tables, time_to_live
from storage.settings import StorageSettings

_KEPT = re.compile(r"\btoIntervalDay\((\d+)\)(?! TO VOLUME)")
_MOVED = re.compile(r"\btoIntervalDay\((\d+)\) TO VOLUME '(\w+)'")
_TTL = re.compile(r"\bTTL\b(.*)", re.DOTALL)
_TABLES = (
    "SELECT name, engine_full, storage_policy FROM system.tables "
    "WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
)


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long a table keeps rows, in days (None: for ever); after how many they move, and to which volume of which
    policy."""

    days: int | None
    moves: int | None = None
    volume: str = ""
    policy: str = ""


def apply_retention(engine: Engine, settings: StorageSettings) -> list[str]:
    """Change the tables whose retention or tiers differ from the settings; their names, in the order of the schema.

    The engine works the change in afterwards: it reads times only, and then moves or drops what has become too old,
    whole days at a time, with its next merges. A policy that was set stays, as the engine cannot take back a disk.

    Raises:
        StorageError: the engine did not do it; the tables changed before stay changed. Safe to repeat.
    """
    changed = []
    with engine.client() as client:
        there = {name: _keeping(text, policy) for name, text, policy in client.query(_TABLES).result_rows}
        for entry in tables():
            name = local_name(entry, settings)
            if name in there and _differs(there[name], wanted(entry, settings)):
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
        there = {name: _keeping(text, policy).days for name, text, policy in client.query(_TABLES).result_rows}
    days = {local_name(entry, settings): settings.retention.days(entry.table) for entry in tables()}
    return {name: (there[name], kept) for name, kept in days.items() if name in there and there[name] != kept}


def wanted(entry: Migration, settings: StorageSettings) -> Keeping:
    """What the settings say of one table."""
    moves = settings.tiers.days(entry.table)
    days = settings.retention.days(entry.table)
    return Keeping(days) if moves is None else Keeping(days, moves, settings.tiers.volume, settings.tiers.policy)


def statements(entry: Migration, settings: StorageSettings) -> list[str]:
    """What brings one table to the settings."""
    on_cluster = f" ON CLUSTER '{settings.cluster}'" if settings.cluster else ""
    table = f"ALTER TABLE {local_name(entry, settings)}{on_cluster}"
    policy = wanted(entry, settings).policy
    return [
        f"{table} MODIFY SETTING materialize_ttl_recalculate_only = 1",
        *([f"{table} MODIFY SETTING storage_policy = '{policy}'"] if policy else []),
        f"{table} MODIFY TTL {time_to_live(entry, settings)}",
    ]


def local_name(entry: Migration, settings: StorageSettings) -> str:
    """The table that holds the rows."""
    return f"{entry.table}_local" if settings.cluster else entry.table


def _differs(there: Keeping, wanted: Keeping) -> bool:
    if wanted.policy and there.policy != wanted.policy:
        return True
    return (there.days, there.moves, there.volume) != (wanted.days, wanted.moves, wanted.volume)


def _keeping(engine_full: str, policy: str) -> Keeping:
    ttl = _TTL.search(engine_full)
    if ttl is None:
        return Keeping(None, policy=policy)
    kept, moved = _KEPT.search(ttl[1]), _MOVED.search(ttl[1])
    days = int(kept[1]) if kept else None
    return Keeping(days, int(moved[1]), moved[2], policy) if moved else Keeping(days, policy=policy)
