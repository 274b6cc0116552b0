"""Questions about the service graph."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dashboard.queries import Queries
from dashboard.reads.bounds import bounds, widened
from dashboard.reads.collection import without_collection
from dashboard.reads.edge_reports import EdgeReports
from dashboard.reads.graph_refresh import GraphRefresh
from dashboard.reads.shared_graphs import SharedGraphs
from meshhub.clock import Clock
from meshhub.model import TimeRange
from storage.records.edges import EdgesSince, PoolReport, SeenWorkload, ServiceEdgeReport
from topology.graph import build_graph
from topology.model import Note, Perspective, ServiceGraph

MAX_EDGE_REPORTS = 50_000
MAX_POOLS = 10_000
MAX_WORKLOADS = 5_000
IDLE_SINCE = timedelta(hours=24)
"""How long before the end of the window a workload must have reported to be idle in it, and not gone."""


class GraphReads:
    """The service graph, of any window."""

    def __init__(self, queries: Queries, clock: Clock, kept_days: int | None = None) -> None:
        """Without `kept_days`, the retention of edges, graphs do not say where their windows reach beyond it."""
        self._queries = queries
        self._clock = clock
        self._kept_days = kept_days
        self._reports = EdgeReports(queries)
        self._shared = SharedGraphs(clock)
        self._refresh = GraphRefresh(self._shared.refresh)

    def start(self) -> None:
        """Begin to make the graphs of live windows that somebody looks at anew before they are old."""
        self._refresh.start()

    def stop(self) -> None:
        """End that. Safe to repeat, and without a start."""
        self._refresh.stop()

    def graph(
        self, window: TimeRange, *, perspective: Perspective = Perspective.SERVICE, idle: bool = False
    ) -> ServiceGraph:
        """The service graph of a window, or of the part of it since when there are edges at all.

        A window that ends now may be answered by one that ended up to ten seconds before: the graph's window says so.

        Args:
            window: widened to whole ten seconds, a long one to whole minutes or hours (dashboard.reads.bounds).
            perspective: what a node is.
            idle: with the services that had no traffic in the window, and some in the day before.
        """
        graph = self._shared.graph(window, (perspective, idle), lambda moved: self._make(moved, perspective, idle))
        return self._with_retention(graph, window)

    def _with_retention(self, graph: ServiceGraph, asked: TimeRange) -> ServiceGraph:
        """The same object unless the window that was asked for reaches beyond the retention."""
        if self._kept_days is None or asked.start >= self._clock.now() - timedelta(days=self._kept_days):
            return graph
        text = (
            f"The service graph is kept for {self._kept_days} days: nothing older is in it (storage.retention.edges)."
        )
        return replace(graph, notes=(*graph.notes, Note("beyond-retention", text)))

    def _make(self, window: TimeRange, perspective: Perspective, idle: bool) -> ServiceGraph:
        with without_collection():
            return self._read(window, perspective, idle)

    def _read(self, window: TimeRange, perspective: Perspective, idle: bool) -> ServiceGraph:
        (oldest,) = self._queries.query("edges_since", {}, EdgesSince)
        measured = measured_part(window, oldest.since)
        window = widened(measured)
        logged = self._reports.read(window, by=perspective, limit=MAX_EDGE_REPORTS)
        has_stats = oldest.counted_until >= window.start.timestamp() - 60
        counted = self._counted(window, perspective) if has_stats else []
        reports = [*logged, *counted]
        return build_graph(
            reports,
            # What is not over yet is not measured to its end.
            TimeRange(window.start, min(window.end, max(measured.end, self._clock.now()))),
            truncated=MAX_EDGE_REPORTS in (len(logged), len(counted)),
            pools=self._queries.query("stats_of_edges", bounds(window) | {"limit": MAX_POOLS}, PoolReport),
            workloads=self._workloads(window) if idle else (),
            perspective=perspective,
        )

    def _counted(self, window: TimeRange, by: Perspective) -> list[ServiceEdgeReport]:
        """What the stats of proxies count, whoever sends access logs too."""
        question = bounds(window) | {"by": by.value, "limit": MAX_EDGE_REPORTS}
        return self._queries.query("edges_by_stats", question, ServiceEdgeReport)

    def _workloads(self, window: TimeRange) -> list[SeenWorkload]:
        since = min(window.start, window.end - IDLE_SINCE).timestamp()
        question = {"since": since, "end": window.end.timestamp(), "limit": MAX_WORKLOADS}
        return self._queries.query("edges_workloads_seen", question, SeenWorkload)


def measured_part(window: TimeRange, since: int) -> TimeRange:
    """The window without the time before there was anything: its rates count what was measured."""
    start = datetime.fromtimestamp(since, UTC)
    return TimeRange(start, window.end) if window.start < start < window.end else window
