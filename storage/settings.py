"""The `storage` section of the settings."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from meshhub.configuration import Section
from meshhub.secret import Secret

Days = Annotated[int, Field(ge=1, le=3650)]


class RetentionSettings(Section):
    """How long each table keeps its rows, in days. Whole days are dropped at once."""

    spans: Days = Field(default=7, description="Days to keep spans, their events and links.")
    access_logs: Days = Field(default=14, description="Days to keep access logs.")
    logs: Days = Field(default=7, description="Days to keep logs of applications.")
    edges: Days = Field(default=90, description="Days to keep the service graph's aggregates.")
    request_minutes: Days = Field(
        default=45, description="Days to keep counts of requests per minute: the longest window of an SLO, and more."
    )
    metrics: Days = Field(default=14, description="Days to keep metrics.")

    def days(self, table: str) -> int:
        """The retention of a table by its name; index tables live as long as the longest-lived rows they point to."""
        if table.startswith("metrics_"):
            return self.metrics
        if table.startswith("edges_"):
            return self.edges
        if table == "span_operations":
            return self.spans
        if table in {"request_index", "trace_index", "attribute_catalogue"}:
            return max(self.spans, self.access_logs, self.logs)
        days: int = getattr(self, table)
        return days


class QueryLimits(Section):
    """What one query of a reader may use, so that no question can stop the others."""

    max_execution_seconds: int = Field(default=30, ge=1, le=3600, description="Time that one query may take.")
    max_memory_bytes: int = Field(
        default=2 * 1024**3, ge=64 * 1024 * 1024, description="Memory that one query may use, in bytes."
    )
    max_rows_to_read: int = Field(default=0, ge=0, description="Rows that one query may read; 0: no limit.")
    concurrent_queries: int = Field(default=8, ge=1, le=256, description="Queries that run at a time.")


class BackupSettings(Section):
    """Where `meshhub backup` puts what it makes, and `meshhub restore` looks for it: one of the three."""

    directory: Path | None = Field(
        default=None,
        description="Directory of the engine's machine. The embedded engine: `<data_dir>/backups` if nothing is said. "
        "A server: within its `backups.allowed_path`.",
    )
    disk: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_.-]{0,63}$",
        description="A disk of the ClickHouse server (its `backups.allowed_disk`), local or S3.",
    )
    bucket: str = Field(
        default="",
        pattern=r"^(https?://[^\s]+)?$",
        description="URL of a folder in a bucket that speaks S3: https://bucket.s3.region.amazonaws.com/meshhub.",
    )
    access_key: Secret = Field(default=Secret(""), description="Access key of the bucket.")
    secret_key: Secret = Field(default=Secret(""), description="Secret key of the bucket.")
    poll_seconds: float = Field(
        default=1.0, ge=0.05, le=60, description="How often the engine is asked whether it is done."
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        said = [name for name in ("directory", "disk", "bucket") if getattr(self, name)]
        if len(said) > 1:
            raise ValueError(f"backups go to one place, and {' and '.join(said)} are set: take all but one away")
        return self


class StorageSettings(Section):
    """Where and how the hub keeps telemetry. Where: the top-level setting `store`."""

    database: str = Field(
        default="meshhub", pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$", description="Database that holds the tables."
    )
    cluster: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_.-]{0,63}$",
        description="Name of a ClickHouse cluster (system.clusters): replicated and distributed tables. Server only.",
    )
    username: str = Field(default="", description="User of the ClickHouse server.")
    password: Secret = Field(default=Secret(""), description="Password of the ClickHouse server's user.")
    retention: RetentionSettings = RetentionSettings()
    limits: QueryLimits = QueryLimits()
    backups: BackupSettings = BackupSettings()
