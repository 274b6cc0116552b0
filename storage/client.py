"""The store: loads segments into the engine and answers the named queries of storage/queries."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, TypeVar

from clickhouse_connect.driver.client import Client

from meshhub.errors import StorageError
from meshhub.model import Signal
from storage.address import Address
from storage.backups.backups import Backups
from storage.engine import Engine, quoted, settings_clause
from storage.faults import UNLOADABLE
from storage.filters import Pieces, place
from storage.migrations import Migrations, State
from storage.retention import apply_retention, differences
from storage.settings import StorageSettings
from storage.tenancy import table_filters

RecordT = TypeVar("RecordT")

_SHARED = re.compile(r"\$\{(columns|parts):(\w+)\}")
_COMMENT = re.compile(r"^\s*--.*\n", re.MULTILINE)

_INSERT_SETTINGS = {
    # The views' functions are total, so nothing is gained by evaluating them lazily: twice as fast without.
    "short_circuit_function_evaluation": "disable",
    "input_format_protobuf_oneof_presence": "1",
    "deduplicate_blocks_in_dependent_materialized_views": "1",
    "async_insert": "0",
    # A segment is one block, however many requests it has: it goes in whole, or nothing of it does.
    "min_insert_block_size_rows": "1000000000000",
    "min_insert_block_size_bytes": "1000000000000",
    "max_partitions_per_insert_block": "0",
}


_COUNTING_SETTINGS: dict[str, int | str] = {
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    # One block, so that the token names all of it.
    "min_insert_block_size_rows": 1_000_000_000_000,
    "min_insert_block_size_bytes": 1_000_000_000_000,
    "distributed_foreground_insert": 1,
    "distributed_product_mode": "local",  # the spans of a trace are on one shard
    "max_threads": 1,
}

PARTS_OF_A_MINUTE = 4
"""In how many parts, by trace, the calls of a minute are counted: it bounds the memory that this takes."""

OF_ALL_TENANTS = frozenset({"table_sizes", "engine_facts"})
"""Queries whose answer is about everybody: of one tenant's store they answer nothing."""


class Store:
    """The hub's store on either engine. Thread-safe; every method blocks."""

    def __init__(self, engine: Engine, settings: StorageSettings, tenant: str | None = None) -> None:
        self._engine = engine
        self._settings = settings
        self._turns = BoundedSemaphore(settings.limits.concurrent_queries)
        self._scope = {} if tenant is None else {"additional_table_filters": table_filters(tenant)}

    @classmethod
    def open(cls, store: str, data_dir: Path, settings: StorageSettings) -> "Store":
        """A store for the setting `store` ("embedded" or clickhouse://…). Does not reach out yet.

        Raises:
            StorageError: the setting is neither.
        """
        return cls(Engine(Address.parse(store, data_dir), settings), settings)

    def of_tenant(self, tenant: str) -> "Store":
        """The same store, of which only one tenant's rows are read. It is closed with this one.

        Raises:
            ValueError: no tenant can have this name.
        """
        return Store(self._engine, self._settings, tenant)

    @property
    def embedded(self) -> bool:
        return self._engine.embedded

    @property
    def migrations(self) -> Migrations:
        return Migrations(self._engine, self._settings)

    @property
    def backups(self) -> Backups:
        return Backups(self._engine, self._settings)

    def bring_schema_in_place(self) -> list[str]:
        """Apply the pending migrations, and the settings' retention to the tables that were there; the labels of the
        migrations that were applied.

        Raises:
            StorageError: the engine did not do it all. Safe to repeat.
        """
        applied = self.migrations.apply()
        self.apply_retention()
        return applied

    def await_schema(self) -> list[str]:
        """See that somebody else has brought the schema in place (`storage.migrate` is off); nothing is applied.

        Raises:
            StorageError: migrations are pending (retryable), or the store is newer than this version.
        """
        pending = [status for status in self.migrations.status() if status.state is State.PENDING]
        if pending:
            raise StorageError(
                f"{len(pending)} migrations are pending, and storage.migrate is off: `meshhub migrate` has to apply "
                "them",
                retryable=True,
            )
        return []

    def apply_retention(self) -> list[str]:
        """Bring how long existing tables keep their rows to the settings; the names of the tables that were changed.

        Raises:
            StorageError: the engine did not do it. Safe to repeat.
        """
        return apply_retention(self._engine, self._settings)

    def retention_differences(self) -> dict[str, tuple[int | None, int]]:
        """Tables whose days in the engine are others than the settings say: those, and these.

        Raises:
            StorageError: the engine does not answer.
        """
        return differences(self._engine, self._settings)

    def insert_segment(self, signal: Signal, path: Path, token: str) -> None:
        """Load one sealed journal segment, exactly once per token, also through the views.

        Args:
            signal: which journal it comes from.
            path: a sequence of length-delimited requests (collector.journal).
            token: the deduplication token; the same one must always name the same content.

        Raises:
            StorageError: not loaded (retryable), or its content cannot be loaded (not retryable).
        """
        table = f"ingest_{signal}"
        settings = _INSERT_SETTINGS | {"insert_deduplication_token": token}
        with self._engine.client(for_good=UNLOADABLE) as client:
            if self._engine.embedded:
                # The engine reads segment and schema files itself: clickhouse-connect's raw_insert would copy the
                # segment first, and a schema given as text is written to the working directory.
                with as_file(_wire_file(signal)) as schema:
                    settings |= {"format_schema": f"{schema.resolve()}:Segment"}
                    client.command(
                        f"INSERT INTO {table} FROM INFILE {quoted(str(path.resolve()))} "
                        f"SETTINGS {settings_clause(settings)} FORMAT Protobuf"
                    )
            else:
                settings |= {
                    "format_schema_source": "string",
                    "format_schema": _wire_file(signal).read_text(encoding="utf-8"),
                    "format_schema_message_name": "Segment",
                }
                with path.open("rb") as segment:
                    client.raw_insert(table, insert_block=segment, fmt="Protobuf", settings=settings)

    def count_calls_by_parent(self, minute: int, until: int, before: int = 0) -> None:
        """Have the spans of a minute's servers that are children of other services' spans count as calls, exactly once
        however often this is asked for the same minute and look.

        Args:
            minute: its start in Unix seconds.
            until: spans count that the hub took until then, in Unix seconds.
            before: the `until` of the look before: what was a call by then counted there. 0: this is the first look.

        Raises:
            StorageError: not all of it is counted; to be repeated.
        """
        text = files("storage").joinpath("statements", "calls_by_parent.sql").read_text(encoding="utf-8")
        settings: dict[str, int | str] = _COUNTING_SETTINGS | {
            "max_memory_usage": self._settings.limits.max_memory_bytes
        }
        look = "" if not before else "-late"
        for part in range(PARTS_OF_A_MINUTE):
            token = f"calls-by-parent-{minute}-{part}{look}"
            with self._engine.client() as client:
                client.command(
                    _COMMENT.sub("", text),
                    parameters={
                        "minute": minute,
                        "part": part,
                        "parts": PARTS_OF_A_MINUTE,
                        "until": until,
                        "before": before,
                    },
                    settings=settings | {"insert_deduplication_token": token},
                )

    def query(self, name: str, parameters: Mapping[str, Any], into: type[RecordT]) -> list[RecordT]:
        """Run storage/queries/<name>.sql with bound parameters; one record per row, columns matched by name.

        Raises:
            StorageError: the query failed, went over its limits, or found no turn among the others in the time it has.
        """
        return self.query_filtered(name, parameters, into, {})

    def query_filtered(
        self, name: str, parameters: Mapping[str, Any], into: type[RecordT], pieces: Pieces
    ) -> list[RecordT]:
        """Run storage/queries/<name>.sql with `pieces` in its places `${…}`, as `query` does.

        Raises:
            StorageError: as `query`.
        """
        if self._scope and name in OF_ALL_TENANTS:
            return []
        text, bound = place(query_text(name), parameters, pieces)
        with self._turn(self._settings.limits.max_execution_seconds), self._engine.client(reading=True) as client:
            result = client.query(text, parameters=bound, settings=self._limits())
            columns = [
                list(map(_plain, column)) if "FixedString" in kind.name else column
                for kind, column in zip(result.column_types, result.result_columns, strict=True)
            ]
            names = result.column_names
            return [into(**dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]

    def export(self, name: str, parameters: Mapping[str, Any], pieces: Pieces, form: str) -> bytes:
        """What storage/queries/<name>.sql answers, as a file of one of the engine's formats (CSVWithNames, Parquet …).

        Raises:
            StorageError: as `query`.
        """
        text, bound = place(query_text(name), parameters, pieces)
        with self._turn(self._settings.limits.max_execution_seconds), self._engine.client(reading=True) as client:
            # In the statement: as settings of the call they are set in chDB's one session, and `readonly` for good.
            return client.raw_query(f"{text}\nSETTINGS {settings_clause(self._limits())}", parameters=bound, fmt=form)

    def _limits(self) -> dict[str, int | str]:
        limits = self._settings.limits
        settings: dict[str, int | str] = {
            "max_execution_time": limits.max_execution_seconds,
            "max_memory_usage": limits.max_memory_bytes,
            "max_rows_to_read": limits.max_rows_to_read,
            "readonly": 2,  # whatever a question is, it changes nothing
            **self._scope,
        }
        if self._settings.cluster:
            # A subquery over a Distributed table is answered once, by all shards, not by each shard for itself.
            settings["distributed_product_mode"] = "global"
        return settings

    @contextmanager
    def _turn(self, seconds: float) -> Iterator[None]:
        """One of the queries that may run at a time."""
        if not self._turns.acquire(timeout=seconds):
            raise StorageError(
                f"could not ask the engine: {self._settings.limits.concurrent_queries} queries ran for {seconds:g} s. "
                "Try again, or raise storage.limits.concurrent_queries.",
                retryable=True,
            )
        try:
            yield
        finally:
            self._turns.release()

    def ping(self) -> None:
        """Raises StorageError when the engine does not answer."""
        with self._engine.client() as client:
            if not _answers(client):
                raise StorageError("could not reach the engine: it does not answer", retryable=True)

    def close(self) -> None:
        self._engine.close()


@cache
def query_text(name: str) -> str:
    """The text of storage/queries/<name>.sql, with what it shares: each `${columns:…}` and `${parts:…}` is the
    text of that name in storage/queries/columns or parts.

    Comments are left out here, once: client and engine would read them again with every question.
    """
    return _with_shared(_query_file(f"{name}.sql"))


def _with_shared(file: Traversable) -> str:
    text = _COMMENT.sub("", file.read_text(encoding="utf-8"))
    return _SHARED.sub(lambda found: _with_shared(_query_file(found[1], f"{found[2]}.sql")).strip(), text)


def _query_file(*parts: str) -> Traversable:
    return files("storage").joinpath("queries", *parts)


def _wire_file(signal: Signal) -> Traversable:
    """storage/wire/<signal>.proto, which the engine decodes segments with."""
    return files("storage").joinpath("wire", f"{signal}.proto")


def _plain(value: Any) -> Any:
    """Ids (FixedString) as lower-case hex, also inside lists and tuples; an id of zero bytes is no id."""
    if isinstance(value, bytes):
        return value.hex() if any(value) else ""
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    return value


def _answers(client: Client) -> bool:
    return bool(client.command("SELECT 1") == 1)
