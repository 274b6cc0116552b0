"""What the service graph means: how it does, what changed, what its shape says, and how single edges went over time."""

from datetime import UTC, datetime, timedelta

from dashboard.queries import Queries
from dashboard.reads.graph_cache import GraphCache
from dashboard.reads.graphs import GraphReads
from meshhub.model import TimeRange
from topology.health import HealthReport, Judge
from topology.model import ServiceGraph
from topology.settings import TopologySettings

BASELINE_STEPS = 20
"""The time before a window starts anew only every twentieth of its length, so that refreshes find it in the cache."""


class InsightReads:
    """Judges, compares and analyses graphs. Every method blocks and is thread-safe."""

    def __init__(self, queries: Queries, graphs: GraphReads, settings: TopologySettings) -> None:
        self._queries = queries
        self._former = GraphCache(graphs.graph)
        self._judge = Judge(settings.health)
        self._compares = settings.health.baseline.enabled

    def health(self, graph: ServiceGraph) -> HealthReport:
        """How every edge and node of a graph does, compared with the time of the same length before its window."""
        before = self._former.graph(time_before(graph.window)) if self._compares and graph.edges else None
        return self._judge.judge(graph, before)


def time_before(window: TimeRange) -> TimeRange:
    """The time of the same length before a window, to whole ten seconds and a twentieth of the length."""
    step = max(10, int(window.seconds / BASELINE_STEPS) // 10 * 10)
    end = datetime.fromtimestamp(int(window.start.timestamp()) // step * step, UTC)
    return TimeRange(end - timedelta(seconds=max(10, round(window.seconds / 10) * 10)), end)
