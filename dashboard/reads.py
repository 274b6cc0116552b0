"""The one door to the domain packages: every page, route and command asks here."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dashboard.lookup import look_up
from dashboard.queries import Queries
from meshhub.clock import Clock
from meshhub.errors import NotFound
from meshhub.model import TimeRange
from storage.records import EdgesSince, Freshness, MetricPoint, ServiceEdgeReport, TableSize
from topology.graph import build_graph
from topology.model import ServiceGraph
from traces.model import Journey

MAX_EDGE_REPORTS = 50_000
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


class Reads:
    """Answers the product's questions. Every method blocks and is thread-safe.

    Raises (every method): StorageError, when the engine does not answer or the question went over its limits.
    """

    def __init__(self, queries: Queries, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock

    def age(self) -> DataAge:
        """How old the newest data is."""
        (newest,) = self._queries.query("freshness", {}, Freshness)
        now = self._clock.now().timestamp()
        return DataAge(_age(now, newest.access_logs), _age(now, newest.spans), _age(now, newest.metrics))

    def graph(self, window: TimeRange) -> ServiceGraph:
        """The service graph of a window, or of the part of it since when there are edges at all."""
        (oldest,) = self._queries.query("edges_since", {}, EdgesSince)
        window = measured_part(window, oldest.since)
        reports = self._queries.query(
            "service_edges_in_window", _bounds(window) | {"limit": MAX_EDGE_REPORTS}, ServiceEdgeReport
        )
        return build_graph(reports, window, truncated=len(reports) == MAX_EDGE_REPORTS)

    def request(self, request_id: str) -> Journey:
        """What happened to one request, by its x-request-id; also by the id of a trace that it is part of.

        Raises:
            NotFound: nothing is stored for it; the message says what was searched.
        """
        found = look_up(self._queries, request_id)
        if found is None:
            raise NotFound(
                f"could not find the request {request_id}: no access log, span or application log within the retention "
                "has it as x-request-id or trace id. A request shows about two seconds after it ended. If others show "
                "and this one does not, the proxies that served it do not report to this hub."
            )
        return found

    def hub(self, window: TimeRange, metrics: Sequence[str]) -> HubHealth:
        """How the hub is doing: its tables, the age of its data, and the course of these of its own metrics."""
        tables = self._queries.query("table_sizes", {}, TableSize)
        points = self._queries.query(
            "hub_metrics", _bounds(window) | {"metrics": list(metrics), "limit": MAX_METRIC_POINTS}, MetricPoint
        )
        return HubHealth(window, self.age(), tuple(tables), _series(points))


def _bounds(window: TimeRange) -> dict[str, Any]:
    return {"start": window.start.timestamp(), "end": window.end.timestamp()}


def measured_part(window: TimeRange, since: int) -> TimeRange:
    """The window without the time before there was anything: its rates count what was measured."""
    start = datetime.fromtimestamp(since, UTC)
    return TimeRange(start, window.end) if window.start < start < window.end else window


def _age(now: float, newest: int) -> float | None:
    return max(now - newest, 0.0) if newest else None


def _series(points: Sequence[MetricPoint]) -> tuple[Series, ...]:
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[tuple[float, float]]] = defaultdict(list)
    for point in points:
        key = point.metric, tuple(sorted(point.attributes.items()))
        found[key].append((point.time_unix_milli / 1000, point.value))
    return tuple(Series(metric, attributes, tuple(course)) for (metric, attributes), course in sorted(found.items()))
