"""Builds the service graph of a window from what both sides of every call reported.

Access logs first, because they have every request; then the stats of proxies, which count them; spans only where
neither has an edge. What several of them have is never added.
"""

from collections.abc import Sequence
from datetime import timedelta

from meshhub.model import TimeRange
from storage.records.edges import PoolReport, SeenWorkload, ServiceEdgeReport
from topology.beside import count_beside
from topology.counts import sorted_counts
from topology.crowd import MAX_NODES, Crowd
from topology.draft import EdgeDraft, GraphDraft, Placed, Side
from topology.enrich import enrich
from topology.identity import Directory
from topology.idle import idle_nodes
from topology.model import (
    Counts,
    EdgeView,
    Evidence,
    Note,
    Perspective,
    ServiceEdge,
    ServiceGraph,
    ServiceNode,
    Transport,
)
from topology.nodes import build_nodes
from topology.overlap import reduce_overlap
from topology.pools import add_pools
from topology.reconcile import compare_views
from topology.security import explain_security
from topology.stats import split_stats

BUCKET = timedelta(seconds=10)
"""The resolution of stored edges: a window is widened to start on a multiple of it."""


def build_graph(
    reports: Sequence[ServiceEdgeReport],
    window: TimeRange,
    *,
    truncated: bool = False,
    pools: Sequence[PoolReport] = (),
    workloads: Sequence[SeenWorkload] = (),
    perspective: Perspective = Perspective.SERVICE,
) -> ServiceGraph:
    """The graph that these reports of the window make.

    Args:
        reports: in any order; at most one per pair of names, signal, side and family, of each version if versions are
            nodes of their own.
        window: what the reports were asked for.
        truncated: there were more reports than these.
        pools: what stats say of the callers' pools.
        workloads: those that reported some time before; idle nodes if no report of the window has them.
        perspective: what the reports were asked by.
    """
    covered = covered_window(window)
    directory = Directory(reports)
    needed, needless = split_stats(reports, directory)
    placed = _place(needed, directory)
    crowd = Crowd(placed)
    draft = GraphDraft(covered.seconds)
    _add_reports(draft, crowd.placed(placed))
    draft.add_beside(_place(needless, directory))
    reduce_overlap(draft)
    add_pools(draft, directory, pools)
    enrich(draft)
    edges = sorted((_edge(edge, directory) for edge in draft.edges), key=lambda edge: edge.id)
    nodes = build_nodes(draft, directory, crowd)
    idle = idle_nodes(workloads, nodes, MAX_NODES - len(nodes))
    notes = (*((_TRUNCATED,) if truncated else ()), *crowd.notes())
    return ServiceGraph(covered, tuple(sorted((*nodes, *idle), key=_id)), tuple(edges), bool(notes), perspective, notes)


_TRUNCATED = Note("calls-left-out", "There were more call relations than are read at a time: the busiest are shown.")


def _id(node: ServiceNode) -> str:
    return node.id


def covered_window(window: TimeRange) -> TimeRange:
    """The window from the start of its first ten seconds on, which is what stored edges can answer."""
    start = window.start.timestamp()
    return TimeRange(window.start - timedelta(seconds=start % BUCKET.total_seconds()), window.end)


def _place(reports: Sequence[ServiceEdgeReport], directory: Directory) -> list[Placed]:
    return [(report, directory.source(report), directory.destination(report)) for report in reports]


def _add_reports(draft: GraphDraft, placed: Sequence[Placed]) -> None:
    signals: dict[str, list[Placed]] = {}
    for each in placed:
        signals.setdefault(each[0].signal, []).append(each)
    for evidence in (Evidence.ACCESS_LOG, Evidence.STATS, Evidence.SPAN):
        draft.add(signals.get(evidence, ()), evidence)


def _edge(edge: EdgeDraft, directory: Directory) -> ServiceEdge:
    client = None if edge.client is None else _view(edge.client)
    server = None if edge.server is None else _view(edge.server)
    headline = client or server
    if headline is None:
        raise LookupError("could not build an edge: it has no report")
    source, destination = edge.source.id, edge.destination.id
    return ServiceEdge(
        f"{source}~{destination}~{edge.family}",
        source,
        destination,
        _transport(edge.headline),
        edge.measured_by,
        headline,
        client,
        server,
        compare_views(edge, directory),
        edge.pool,
        explain_security(edge, directory),
        count_beside(edge) if edge.beside else (),
    )


def _view(side: Side) -> EdgeView:
    report = side.report
    return EdgeView(
        side.reporter,
        side.rates,
        side.errors,
        side.latency,
        side.flags,
        side.encryption,
        side.retries,
        _known(report.source_versions),
        _known(report.destination_versions),
        report.first_seen,
        report.last_seen,
        side.relations,
        _known(report.source_workloads),
        _known(report.destination_workloads),
    )


def _transport(side: Side) -> Transport:
    """What most requests of the family are. gRPC calls that end without a status look like HTTP in access logs."""
    if side.tcp:
        return Transport.TCP
    return Transport.GRPC if side.report.grpc_requests * 2 >= side.report.requests > 0 else Transport.HTTP


def _known(requests: Counts) -> Counts:
    if len(requests) == 1:
        return {} if "" in requests else requests
    if "" in requests:
        requests = {name: count for name, count in requests.items() if name}
    return sorted_counts(requests)
