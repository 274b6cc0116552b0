"""Questions about the hub itself."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.queries import Queries
from dashboard.reads.bounds import bounds
from dashboard.reads.newest import Newest
from meshhub.clock import Clock
from meshhub.model import TimeRange
from storage.records.hub import MetricPoint, TableSize

MAX_METRIC_POINTS = 100_000


@dataclass(frozen=True, slots=True)
class DataAge:
    """Seconds since the hub took the newest record of each kind; None where the last hour has none."""

    access_logs: float | None
    spans: float | None
    metrics: float | None


@dataclass(frozen=True, slots=True)
class Series:
    """The course of one of the hub's own metrics: (Unix seconds, value), by time."""

    metric: str
    attributes: tuple[tuple[str, str], ...]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class HubHealth:
    """How the hub itself is doing."""

    window: TimeRange
    age: DataAge
    tables: tuple[TableSize, ...]
    """Largest first."""
    series: tuple[Series, ...]
    """By metric and attributes."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the hub, as it was heard of `age_seconds` ago.

    `trouble` is what it said was wrong, by the names of its checks. `silent`: it is gone without having said that it
    ends, or it is cut off. `leads`: it is the one that evaluates SLOs; None where it never would be.
    """

    name: str
    roles: tuple[str, ...]
    version: str
    age_seconds: float
    trouble: tuple[tuple[str, str], ...] = ()
    silent: bool = False
    ended: bool = False
    leads: bool | None = None

    @property
    def state(self) -> str:
        """In one word: well, troubled, silent or ended."""
        if self.ended:
            return "ended"
        if self.silent:
            return "silent"
        return "troubled" if self.trouble else "well"


class HubReads:
    """How the hub is doing and how new its data is."""

    def __init__(self, queries: Queries, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock
        self._newest = Newest(queries, clock)
        self._processes: Callable[[], Sequence[Process]] = tuple

    def connect(self, processes: Callable[[], Sequence[Process]]) -> None:
        """Ask this for the processes from now on. One tenant's view of the hub has none."""
        self._processes = processes

    def processes(self) -> Sequence[Process]:
        """The processes of the hub that were heard of lately."""
        return self._processes()

    def age(self) -> DataAge:
        """How old the newest data is."""
        newest = self._newest.received()
        now = self._clock.now().timestamp()
        return DataAge(_age(now, newest.access_logs), _age(now, newest.spans), _age(now, newest.metrics))

    def health(self, window: TimeRange, metrics: Sequence[str]) -> HubHealth:
        """How the hub is doing: its tables, the age of its data, and the course of these of its own metrics."""
        tables = self._queries.query("table_sizes", {}, TableSize)
        points = self._queries.query(
            "hub_metrics", bounds(window) | {"metrics": list(metrics), "limit": MAX_METRIC_POINTS}, MetricPoint
        )
        return HubHealth(window, self.age(), tuple(tables), _series(points))


def _age(now: float, newest: int) -> float | None:
    return max(now - newest, 0.0) if newest else None


def _series(points: Sequence[MetricPoint]) -> tuple[Series, ...]:
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[tuple[float, float]]] = defaultdict(list)
    for point in points:
        key = point.metric, tuple(sorted(point.attributes.items()))
        found[key].append((point.time_unix_milli / 1000, point.value))
    return tuple(Series(metric, attributes, tuple(course)) for (metric, attributes), course in sorted(found.items()))
