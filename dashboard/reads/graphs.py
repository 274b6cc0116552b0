"""Questions about the service graph."""

from datetime import UTC, datetime

from dashboard.queries import Queries
from dashboard.reads.bounds import bounds
from meshhub.model import TimeRange
from storage.records.edges import EdgesSince, ServiceEdgeReport
from topology.graph import build_graph
from topology.model import ServiceGraph

MAX_EDGE_REPORTS = 50_000


class GraphReads:
    """The service graph, of any window."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def graph(self, window: TimeRange) -> ServiceGraph:
        """The service graph of a window, or of the part of it since when there are edges at all."""
        (oldest,) = self._queries.query("edges_since", {}, EdgesSince)
        window = measured_part(window, oldest.since)
        reports = self._queries.query(
            "service_edges_in_window",
            bounds(window) | {"by_version": False, "limit": MAX_EDGE_REPORTS},
            ServiceEdgeReport,
        )
        return build_graph(reports, window, truncated=len(reports) == MAX_EDGE_REPORTS)


def measured_part(window: TimeRange, since: int) -> TimeRange:
    """The window without the time before there was anything: its rates count what was measured."""
    start = datetime.fromtimestamp(since, UTC)
    return TimeRange(start, window.end) if window.start < start < window.end else window
