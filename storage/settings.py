"""The `storage` section of the settings."""

from typing import Annotated

from pydantic import Field

from meshhub.configuration import Section
from meshhub.secret import Secret

Days = Annotated[int, Field(ge=1, le=3650)]


class RetentionSettings(Section):
    """How long each table keeps its rows, in days. Whole days are dropped at once."""

    spans: Days = 7
    access_logs: Days = 14
    logs: Days = 7
    edges: Days = 90
    metrics: Days = 14

    def days(self, table: str) -> int:
        """The retention of a table by its name; index tables live as long as the longest-lived rows they point to."""
        if table.startswith("metrics_"):
            return self.metrics
        if table in {"request_index", "trace_index", "attribute_catalogue"}:
            return max(self.spans, self.access_logs, self.logs)
        days: int = getattr(self, table)
        return days


class QueryLimits(Section):
    """What one query of a reader may use, so that no question can stop the others."""

    max_execution_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    max_memory_bytes: Annotated[int, Field(ge=64 * 1024 * 1024)] = 2 * 1024**3
    max_rows_to_read: Annotated[int, Field(ge=0)] = 0
    """0: no limit."""
    concurrent_queries: Annotated[int, Field(ge=1, le=256)] = 8


class StorageSettings(Section):
    """Where and how the hub keeps telemetry. Where: the top-level setting `store`."""

    database: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")] = "meshhub"
    cluster: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{0,63}$")] = ""
    """The name of a ClickHouse cluster (system.clusters): replicated tables, distributed reads. Server only."""
    username: str = ""
    password: Secret = Secret("")
    retention: RetentionSettings = RetentionSettings()
    limits: QueryLimits = QueryLimits()
