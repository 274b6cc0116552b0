"""Rows about the hub itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableSize:
    """What one table takes on disk (system.parts): rows, bytes compressed and not, active parts."""

    table_name: str
    total_rows: int
    bytes_on_disk: int
    bytes_uncompressed: int
    parts: int


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """How the engine is.

    Its version, its clock (Unix microseconds), the room on its fullest own disk in bytes (0 where it has none), and the
    parts of the partition that has most.
    """

    version: str
    unix_micro: int
    free_bytes: int
    total_bytes: int
    parts: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """When the newest record of each kind was received, in Unix seconds; 0 where the last hour has none."""

    access_logs: int
    spans: int
    metrics: int


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One value of one series of the hub's own metrics (service.name "meshhub")."""

    time_unix_milli: int
    metric: str
    attributes: dict[str, str]
    value: float
