"""The few things that every package speaks of: signals, time ranges, workload identities."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

UNKNOWN = ""
"""The value of an identity part that nothing reported. It is shown as unknown, never replaced by a guess."""


class Signal(StrEnum):
    """What the hub is sent, by the format that it comes in: the three of OTLP (opentelemetry-proto, collector/*/v1) and
    others. Each has a journal, a wire schema (storage/wire/<signal>.proto) and a table to insert into
    (ingest_<signal>) of its own."""

    TRACES = "traces"
    LOGS = "logs"
    METRICS = "metrics"
    REMOTE_WRITE = "remote_write"
    """Prometheus' WriteRequest, as it came or made of v2."""
    ENVOY_ACCESS_LOGS = "envoy_access_logs"
    ENVOY_METRICS = "envoy_metrics"
    ZIPKIN = "zipkin"


class Reporter(StrEnum):
    """Which proxy of a call reported it: the caller's (outbound listener) or the callee's (inbound listener)."""

    CLIENT = "client"
    SERVER = "server"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class WorkloadIdentity:
    """Who a workload is: one node of the service graph. Each part may be UNKNOWN ("")."""

    cluster: str = UNKNOWN
    namespace: str = UNKNOWN
    service: str = UNKNOWN
    version: str = UNKNOWN

    def __str__(self) -> str:
        name = self.service or "unknown"
        if self.namespace:
            name = f"{name}.{self.namespace}"
        if self.cluster:
            name = f"{name}@{self.cluster}"
        return f"{name}:{self.version}" if self.version else name


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A half-open span of time [start, end), both time-zone aware UTC.

    Raises:
        ValueError: a bound has no time zone, or end is not after start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("could not use the time range: both bounds need a time zone")
        if self.end <= self.start:
            raise ValueError(
                f"could not use the time range: its end {self.end.isoformat()} is not after "
                f"its start {self.start.isoformat()}"
            )

    @classmethod
    def last(cls, length: timedelta, *, now: datetime) -> "TimeRange":
        """The range of this length that ends now."""
        end = now.astimezone(UTC)
        return cls(end - length, end)

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def seconds(self) -> float:
        return self.length.total_seconds()
