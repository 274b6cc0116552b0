"""What the checks judge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CertificateFact:
    """One certificate file. `expires` is None where it cannot be read, which `trouble` then says."""

    purpose: str
    path: str
    expires: datetime | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class EngineFact:
    """The engine, where it answers.

    `ahead_seconds` is how far its clock is ahead of the hub's; bytes are of its fullest own disk, 0 where it has none.
    """

    version: str
    ahead_seconds: float
    free_bytes: int
    total_bytes: int
    parts: int


@dataclass(frozen=True, slots=True)
class SchemaFact:
    """Where the schema is.

    The newest migration that was applied, the newest that this version knows, how many are pending, and those whose
    file was changed after they were applied.
    """

    applied: int
    known: int
    pending: int
    changed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RetentionFact:
    """Days of tables that differ: in the engine (None: kept for ever), and by the settings."""

    differences: Mapping[str, tuple[int | None, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """How the hub is at one moment.

    Attributes:
        now: the hub's clock.
        drift_seconds: how far the hub's clock has moved against the monotonic one since the hub started.
        lag_seconds: age of the oldest segment that is not in the store, per signal.
        loader_errors: what the engine said last of a segment, per signal that has such.
        journal_bytes, journal_bound: its size, and the one at which senders are turned away.
        quarantined: requests in quarantine.
        ports: of each receiver that listens.
        ready: whether the receivers take requests.
        disk_free, disk_total: bytes of the data directory's disk.
        engine: None where it does not answer, which `engine_trouble` then says.
        schema, retention: None where the engine does not answer.
        evaluation_trouble: why SLOs are not evaluated; empty where they are.
        leader: who evaluates; empty where nobody has been seen to.
        is_leader: whether that is this hub.
        certificates: of every listener that has any.
        open_files, open_files_limit: descriptors of this process, and their limit.
        memory_limit: bytes that this process may have (its control group), 0 where there is no limit.
        query_memory: bytes that one query may use, times the queries that may run at a time.
        embedded: whether the engine is in this process.
    """

    now: datetime
    drift_seconds: float
    lag_seconds: Mapping[str, float]
    loader_errors: Mapping[str, str]
    journal_bytes: int
    journal_bound: int
    quarantined: int
    ports: Mapping[str, int]
    ready: bool
    disk_free: int
    disk_total: int
    engine: EngineFact | None
    engine_trouble: str
    schema: SchemaFact | None
    retention: RetentionFact | None
    evaluation_trouble: str
    leader: str
    is_leader: bool
    certificates: tuple[CertificateFact, ...]
    open_files: int
    open_files_limit: int
    memory_limit: int
    query_memory: int
    embedded: bool
