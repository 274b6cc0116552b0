"""What the service graph means: how it does, what changed, what its shape says, and how single edges went over time."""

from datetime import UTC, datetime, timedelta

from dashboard.queries import Queries
from dashboard.reads.graph_cache import GraphCache
from dashboard.reads.graph_insights import GraphInsights
from dashboard.reads.graphs import MAX_POOLS, GraphReads
from dashboard.reads.series import SeriesReads, unknown
from meshhub.clock import Clock
from meshhub.model import TimeRange
from storage.records.edges import PoolReport, RecentCalls
from topology.analysis.analyse import analyse, blast_of
from topology.analysis.model import BlastRadius, GraphAnalysis
from topology.diff.compare import compare_graphs
from topology.diff.model import GraphDiff
from topology.health import HealthReport, Judge, Recent, recent_part
from topology.model import Perspective, ServiceGraph
from topology.series import EdgeSeries, NodeSeries
from topology.settings import TopologySettings

REPORTS_KEPT = 8
DIFFS_KEPT = 2
"""A comparison holds on to the edges of both its graphs: about 10 kB each."""

LIVE_SECONDS = 30.0
"""A window that ended at most so long ago is a live one: graphs are shared for some seconds."""

MAX_RECENT = 50_000

STATS_SECONDS = 20
"""Stats count by the minute: of the one that was so many seconds ago, and of the present one."""

BASELINE_STEPS = 20
"""The time before a window starts anew only every twentieth of its length, so that refreshes find it in the cache."""


class InsightReads:
    """Judges, compares and analyses graphs. Every method blocks and is thread-safe."""

    def __init__(self, queries: Queries, graphs: GraphReads, settings: TopologySettings, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock
        self._recent_settings = settings.health.recent
        self._graphs = graphs
        self._former = GraphCache(graphs)
        self._series = SeriesReads(queries)
        self._judge = Judge(settings.health)
        self._compares = settings.health.baseline.enabled
        self._reports = GraphInsights[HealthReport](REPORTS_KEPT)
        self._analyses = GraphInsights[GraphAnalysis](REPORTS_KEPT)
        self._diffs = GraphInsights[GraphDiff](DIFFS_KEPT)

    def health(self, graph: ServiceGraph) -> HealthReport:
        """How every edge and node of a graph does, compared with the time of the same length before its window, and for
        a live window by its newest seconds, too."""
        return self._reports.get((graph,), lambda: self._health(graph))

    def _health(self, graph: ServiceGraph) -> HealthReport:
        if not graph.edges:
            return self._judge.judge(graph, None)
        before = self._former.graph(time_before(graph.window), graph.perspective) if self._compares else None
        return self._judge.judge(graph, before, self._recent(graph))

    def _recent(self, graph: ServiceGraph) -> Recent | None:
        """The newest part of a live graph; None of one that is over, or of versions, whose calls are together there."""
        wanted = self._recent_settings
        age = (self._clock.now() - graph.window.end).total_seconds()
        if not wanted.enabled or graph.perspective is not Perspective.SERVICE or abs(age) > LIVE_SECONDS:
            return None
        end = graph.window.end.timestamp()
        start = int((end - wanted.seconds) // 10) * 10
        rows: list[RecentCalls] = []
        if start > graph.window.start.timestamp():
            question = {"start": start, "end": int(end) + 1, "least": wanted.minimum_requests, "limit": MAX_RECENT}
            rows = self._queries.query("recent_calls", question, RecentCalls)
        stats = {"start": end - STATS_SECONDS, "end": end, "limit": MAX_POOLS}
        pools = self._queries.query("stats_of_edges", stats, PoolReport)
        return recent_part(graph, TimeRange(datetime.fromtimestamp(start, UTC), graph.window.end), rows, pools)

    def diff(self, before: TimeRange, after: TimeRange) -> GraphDiff:
        """What changed from one window to the other."""
        graphs = self._graphs.graph(before), self._graphs.graph(after)
        return self._diffs.get(graphs, lambda: compare_graphs(*graphs))

    def analysis(self, graph: ServiceGraph) -> GraphAnalysis:
        """What the shape of a graph says."""
        return self._analyses.get((graph,), lambda: analyse(graph))

    def blast_radius(self, graph: ServiceGraph, node_id: str) -> BlastRadius:
        """Who is affected if a node fails.

        Raises:
            NotFound: the graph does not have it; the message names the closest.
        """
        nodes = {node.id for node in graph.nodes}
        if node_id not in nodes:
            raise unknown("node", node_id, nodes)
        return blast_of(graph, node_id)

    def edge_series(self, edge_id: str, window: TimeRange) -> EdgeSeries:
        """The course of one edge.

        Raises:
            NotFound: it is not in the graph of the window; the message names the closest.
        """
        return self._series.edge(edge_id, window)

    def node_series(self, node_id: str, window: TimeRange) -> NodeSeries:
        """The course of what goes into and out of a node.

        Raises:
            NotFound: it is not in the graph of the window; the message names the closest.
        """
        return self._series.node(node_id, window)


def time_before(window: TimeRange) -> TimeRange:
    """The time of the same length before a window, to whole ten seconds and a twentieth of the length."""
    step = max(10, int(window.seconds / BASELINE_STEPS) // 10 * 10)
    end = datetime.fromtimestamp(int(window.start.timestamp()) // step * step, UTC)
    return TimeRange(end - timedelta(seconds=max(10, round(window.seconds / 10) * 10)), end)
