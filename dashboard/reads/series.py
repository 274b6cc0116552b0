"""Asks the store for the course of edges."""

from collections.abc import Iterable, Sequence

from dashboard.queries import Queries
from dashboard.reads.bounds import bounds
from meshhub.errors import NotFound
from meshhub.expression.fields import closest
from meshhub.model import Reporter, TimeRange
from storage.records.edges import ServiceEdgeReport
from storage.records.series import SeriesStep
from topology.membership import edge_id, reports_by_edge
from topology.series import CallSeries, EdgeSeries, NodeSeries
from topology.series_steps import bounds_of, call_series, interval_of, step_of

MAX_REPORTS = 50_000
MAX_RELATIONS = 4_000
"""Relations that one series is made of; the busiest are."""


class SeriesReads:
    """The course of edges and nodes over a window."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def edge(self, wanted: str, window: TimeRange) -> EdgeSeries:
        """The course of one edge.

        Raises:
            NotFound: it is not in the graph of the window; the message names the closest.
        """
        found = {edge_id(ends): members for ends, members in reports_by_edge(self._reports(window)).items()}
        if wanted not in found:
            raise unknown("edge", wanted, found)
        return EdgeSeries(wanted, self._course(window, found[wanted]))

    def node(self, wanted: str, window: TimeRange) -> NodeSeries:
        """The course of all edges into and out of a node.

        Raises:
            NotFound: it is not in the graph of the window; the message names the closest.
        """
        found = reports_by_edge(self._reports(window))
        nodes = {end for source, destination, _ in found for end in (source, destination)}
        if wanted not in nodes:
            raise unknown("node", wanted, nodes)
        into = [report for (_, callee, _), members in found.items() if callee == wanted for report in members]
        out = [report for (caller, _, _), members in found.items() if caller == wanted for report in members]
        return NodeSeries(wanted, self._course(window, into), self._course(window, out))

    def _reports(self, window: TimeRange) -> list[ServiceEdgeReport]:
        parameters = bounds(window) | {"by": "service", "limit": MAX_REPORTS}
        return self._queries.query("service_edges_in_window", parameters, ServiceEdgeReport)

    def _course(self, window: TimeRange, reports: Sequence[ServiceEdgeReport]) -> CallSeries:
        step = step_of(window)
        start, end = bounds_of(window, step)
        asked = sorted(reports, key=lambda report: -report.requests)[:MAX_RELATIONS]
        sides = {Reporter.SERVER if report.reporter == Reporter.SERVER else Reporter.CLIENT for report in asked}
        if not asked:
            return call_series(window, step, (), ())
        parameters = {
            "start": start,
            "end": end,
            "step": step,
            "interval": interval_of(step),
            "relations": [report.relation for report in asked],
            "destinations": sorted({report.destination_service for report in asked}),
        }
        rows = self._queries.query("edge_series", parameters, SeriesStep)
        return call_series(window, step, rows, sorted(sides))


def unknown(what: str, wanted: str, among: Iterable[str]) -> NotFound:
    """What to raise for an id that the graph does not have."""
    near = closest(wanted, among)
    hint = f" Did you mean {near}?" if near else ""
    return NotFound(f"could not find the {what} {wanted[:300]}: it is not in the graph of this window.{hint}")
