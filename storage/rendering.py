"""The SQL files of the schema, rendered for an embedded engine, one server or a cluster.

Placeholders: `${on_cluster}` (ON CLUSTER '…' or nothing), `${local}` (suffix of the tables that hold the rows, where a
Distributed table of the plain name stands before them), `${engine}` (Replicated or nothing),
`${deduplication_window}` (the setting's name), `${retention_days}`, `${one_copy}` and `${one_copy_of}` (where in Keeper
a table is that every node has whole: as all arguments of its engine, or before others), and the composite types of
schema/types.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from storage.settings import StorageSettings

_TYPES = (
    "any_value",
    "attribute_list",
    "number_data_point",
    "metric",
    "envoy_address",
    "envoy_time",
    "envoy_texts",
    "envoy_log_common",
    "envoy_log_request",
    "envoy_log_response",
)
"""Each may need those before it."""

_FILE_NAME = re.compile(r"^(\d{4})_(\w+)\.sql$")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_SHARD_KEY = re.compile(r"^-- shard key: (.+)$", re.MULTILINE)
_TIME_TO_LIVE = re.compile(r"^TTL (.+)$", re.MULTILINE)
_STATEMENTS = re.compile(r";\n(?=[A-Z])")
_TABLE = re.compile(r"^CREATE TABLE IF NOT EXISTS (\w+)\$\{local\}", re.MULTILINE)
_DROPPED = re.compile(r"^DROP TABLE IF EXISTS (\w+)\$\{local\}", re.MULTILINE)
_ALTERED = re.compile(r"^ALTER TABLE (\w+)\$\{local\}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file of the schema. `text` is as written; `table` is empty unless it creates a table with rows,
    `altered` unless it changes the columns of one."""

    number: int
    name: str
    text: str
    table: str
    altered: str
    shard_key: str

    @property
    def label(self) -> str:
        return f"{self.number:04d}_{self.name}"


def migrations() -> list[Migration]:
    """All files of storage/schema in the order of their numbers.

    Raises:
        ValueError: two files have one number, or a name does not fit NNNN_name.sql.
    """
    found: dict[int, Migration] = {}
    for entry in sorted(files("storage").joinpath("schema").iterdir(), key=lambda file: file.name):
        if not entry.name.endswith(".sql"):
            continue
        match = _FILE_NAME.match(entry.name)
        if match is None or int(match[1]) in found:
            raise ValueError(f"could not order the schema: {entry.name} needs a name NNNN_name.sql with a free number")
        text = entry.read_text(encoding="utf-8")
        table, altered, shard_key = (pattern.search(text) for pattern in (_TABLE, _ALTERED, _SHARD_KEY))
        found[int(match[1])] = Migration(
            int(match[1]), match[2], text, *(each[1] if each else "" for each in (table, altered, shard_key))
        )
    return [found[number] for number in sorted(found)]


def tables() -> list[Migration]:
    """Those that create the tables with rows which the schema has in the end, in order."""
    found = migrations()
    dropped = {name for entry in found for name in _DROPPED.findall(entry.text)}
    return [entry for entry in found if entry.table and entry.table not in dropped]


def render(migration: Migration, settings: StorageSettings) -> list[str]:
    """The statements of a migration for these settings; on a cluster a table gets its Distributed twin, anew with its
    columns where they change."""
    clustered = bool(settings.cluster)
    place = "'/clickhouse/{database}/{table}', '{shard}-{replica}'"
    values = _types() | {
        "on_cluster": f"ON CLUSTER '{settings.cluster}'" if clustered else "",
        "local": "_local" if clustered else "",
        "engine": "Replicated" if clustered else "",
        "deduplication_window": f"{'' if clustered else 'non_'}replicated_deduplication_window",
        "one_copy": f"({place})" if clustered else "",
        "one_copy_of": f"{place}, " if clustered else "",
        "retention_days": str(settings.retention.days(migration.table)) if migration.table else "",
    }
    statements = [_substitute(text, values) for text in _STATEMENTS.split(migration.text)]
    table = migration.table or migration.altered
    if clustered and table:
        create = "CREATE TABLE IF NOT EXISTS" if migration.table else "CREATE OR REPLACE TABLE"
        statements.append(
            f"{create} {table} ON CLUSTER '{settings.cluster}' AS {table}_local "
            f"ENGINE = Distributed('{settings.cluster}', currentDatabase(), {table}_local, {migration.shard_key})"
        )
    return statements


def time_to_live(migration: Migration, settings: StorageSettings) -> str:
    """The TTL expression of a table with rows, for these settings.

    Raises:
        ValueError: the migration creates no such table.
    """
    found = _TIME_TO_LIVE.search(migration.text)
    if found is None or not migration.table:
        raise ValueError(f"could not tell the retention of {migration.label}: it creates no table with a TTL")
    kept = _substitute(found[1], {"retention_days": str(settings.retention.days(migration.table))})
    moved = settings.tiers.days(migration.table)
    if moved is None:
        return kept
    move = _substitute(found[1], {"retention_days": str(moved)})
    return f"{move} TO VOLUME '{settings.tiers.volume}', {kept}"


def _substitute(text: str, values: Mapping[str, str]) -> str:
    """Fill in `${name}`; a lone `$` is SQL's. Raises KeyError for a name that is not among the values."""
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def _types() -> dict[str, str]:
    """The composite types, each with those it is made of put in."""
    folder = files("storage").joinpath("schema", "types")
    raw = {name: folder.joinpath(f"{name}.sql").read_text(encoding="utf-8").strip() for name in _TYPES}
    types: dict[str, str] = {}
    for name, text in raw.items():
        types[name] = _substitute(text, types)
    return types
