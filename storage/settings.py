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


MoveDays = Annotated[int, Field(ge=1, le=3650)] | None


class TierSettings(Section):
    """Old days on a cheaper disk of a ClickHouse server: its storage policy, and when whole days move to its volume.

    Rows move after so many days, and go when their retention is over; a table that is not named stays where it is.
    """

    policy: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_]{0,63}$",
        description="Storage policy of the server (system.storage_policies) that has the volume. Its first volume is "
        "called default, as that of tables without a policy. Empty: no tiers.",
    )
    volume: str = Field(
        default="cold", pattern=r"^[A-Za-z0-9_]{1,63}$", description="Volume of the policy that old days move to."
    )
    spans: MoveDays = Field(default=None, description="Days after which spans move.")
    access_logs: MoveDays = Field(default=None, description="Days after which access logs move.")
    logs: MoveDays = Field(default=None, description="Days after which logs of applications move.")
    edges: MoveDays = Field(default=None, description="Days after which the graph's aggregates move.")
    request_minutes: MoveDays = Field(default=None, description="Days after which counts per minute move.")
    metrics: MoveDays = Field(default=None, description="Days after which metrics move.")

    def days(self, table: str) -> int | None:
        """After how many days rows of a table move; None where they stay, as those of indexes, which look-ups read."""
        if not self.policy or table in {"request_index", "trace_index", "attribute_catalogue"}:
            return None
        family = table.partition("_")[0]
        if family in {"metrics", "edges"}:
            return self.metrics if family == "metrics" else self.edges
        days: int | None = self.spans if table == "span_operations" else getattr(self, table, None)
        return days

    @model_validator(mode="after")
    def _policy_for_days(self) -> Self:
        moved = [
            name
            for name in ("spans", "access_logs", "logs", "edges", "request_minutes", "metrics")
            if getattr(self, name) is not None
        ]
        if moved and not self.policy:
            raise ValueError(f"{' and '.join(moved)} cannot move: set policy to the server's storage policy")
        return self


class ReaderSettings(Section):
    """The user that questions of pages, API and alerts are asked as; storage/access/reader.sql makes it."""

    username: str = Field(default="", description="A user that may only read. Empty: `storage.username`.")
    password: Secret = Field(default=Secret(""), description="Its password.")


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
    tiers: TierSettings = TierSettings()
    backups: BackupSettings = BackupSettings()
    reader: ReaderSettings = ReaderSettings()
    migrate: bool = Field(
        default=True,
        description="Bring the schema in place when the hub starts. Where many processes share a server, have one "
        "`meshhub migrate` do it; they wait for it.",
    )

    @model_validator(mode="after")
    def _moves_before_it_goes(self) -> Self:
        for name in ("spans", "access_logs", "logs", "edges", "request_minutes", "metrics"):
            moves, goes = getattr(self.tiers, name), getattr(self.retention, name)
            if moves is not None and moves >= goes:
                raise ValueError(
                    f"tiers.{name}: rows would move after {moves} days and go after {goes} (retention.{name}): have "
                    "them move earlier, or keep them longer"
                )
        return self
