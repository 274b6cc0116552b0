"""Judgements, comparisons and analyses of made-up graphs: what pages are developed and tested on."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dashboard.reads.graph_insights import GraphInsights
from meshhub.errors import NotFound
from meshhub.model import Reporter, TimeRange
from meshhub.testing.mood import Mood
from topology.analysis.analyse import analyse, blast_of
from topology.analysis.model import BlastRadius, GraphAnalysis
from topology.diff.compare import compare_graphs
from topology.diff.model import GraphDiff
from topology.health import HealthReport, Judge
from topology.model import EdgeView, NodeTraffic, ServiceEdge, ServiceGraph
from topology.series import CallSeries, EdgeSeries, NodeSeries, Step
from topology.settings import HealthSettings

STEPS = 60


class FakeInsightReads:
    """Judges, compares and analyses the graphs that `make_graph` makes."""

    def __init__(self, mood: Mood, make_graph: Callable[[TimeRange], ServiceGraph]) -> None:
        self._mood = mood
        self.make_graph = make_graph
        self._reports = GraphInsights[HealthReport](2)
        self._analyses = GraphInsights[GraphAnalysis](2)

    def health(self, graph: ServiceGraph) -> HealthReport:
        """By the default tolerances, against a time before in which nothing failed."""
        self._mood.check()
        judge = Judge(HealthSettings())
        return self._reports.get((graph,), lambda: judge.judge(graph, _well(graph) if graph.edges else None))

    def diff(self, before: TimeRange, after: TimeRange) -> GraphDiff:
        """As if nothing had failed before, and the last edge had not been there."""
        self._mood.check()
        former = replace(_well(self.make_graph(after)), window=before)
        return compare_graphs(replace(former, edges=former.edges[:-1]), self.make_graph(after))

    def analysis(self, graph: ServiceGraph) -> GraphAnalysis:
        """What the shape of the graph says."""
        self._mood.check()
        return self._analyses.get((graph,), lambda: analyse(graph))

    def blast_radius(self, graph: ServiceGraph, node_id: str) -> BlastRadius:
        """Who is affected if a node fails."""
        self._mood.check()
        _known({node.id for node in graph.nodes}, node_id, "node")
        return blast_of(graph, node_id)

    def edge_series(self, edge_id: str, window: TimeRange) -> EdgeSeries:
        """A wave around what the graph says of the edge."""
        self._mood.check()
        edges = {edge.id: edge for edge in self.make_graph(window).edges}
        _known(set(edges), edge_id, "edge")
        return EdgeSeries(edge_id, _series(window, edges[edge_id]))

    def node_series(self, node_id: str, window: TimeRange) -> NodeSeries:
        """Waves around what the graph says of one edge on each side of the node."""
        self._mood.check()
        graph = self.make_graph(window)
        _known({node.id for node in graph.nodes}, node_id, "node")
        into = next((edge for edge in graph.edges if edge.destination == node_id), None)
        out = next((edge for edge in graph.edges if edge.source == node_id), None)
        return NodeSeries(node_id, _series(window, into), _series(window, out))


def _known(ids: set[str], wanted: str, what: str) -> None:
    if wanted not in ids:
        raise NotFound(f"could not find the {what} {wanted}: it is not in the graph of the window")


def _well(graph: ServiceGraph) -> ServiceGraph:
    """The same graph just before, without failures."""
    window = TimeRange(graph.window.start - graph.window.length, graph.window.start)
    edges = tuple(
        replace(
            edge,
            headline=_view_well(edge.headline),
            client=edge.client and _view_well(edge.client),
            server=edge.server and _view_well(edge.server),
        )
        for edge in graph.edges
    )
    nodes = tuple(
        replace(node, inbound=_traffic_well(node.inbound), outbound=_traffic_well(node.outbound))
        for node in graph.nodes
    )
    return replace(graph, window=window, nodes=nodes, edges=edges)


def _view_well(view: EdgeView) -> EdgeView:
    share = 0.0 if view.rates.requests else None
    return replace(view, errors=replace(view.errors, share=share, by_kind={}))


def _traffic_well(traffic: NodeTraffic | None) -> NodeTraffic | None:
    return traffic and replace(traffic, error_share=0.0 if traffic.requests else None)


def _series(window: TimeRange, edge: ServiceEdge | None) -> CallSeries:
    step = max(10, math.ceil(window.seconds / STEPS / 10) * 10)
    times = range(int(window.start.timestamp()) // step * step, math.ceil(window.end.timestamp()), step)

    def course(view: EdgeView | None) -> tuple[Step, ...] | None:
        return None if view is None else tuple(_step(view, time, step) for time in times)

    return CallSeries(window, step, course(edge.client if edge else None), course(edge.server if edge else None))


def _step(view: EdgeView, time: int, step: int) -> Step:
    wave = 1 + 0.3 * math.sin(time / 130) + (0.05 if view.reporter is Reporter.SERVER else 0)
    requests = round(view.rates.per_second * step * wave)
    failed = round((view.errors.share or 0.0) * requests)
    latency = {}
    if view.latency and requests:
        latency = {name: getattr(view.latency, name) * wave for name in ("p50", "p90", "p95", "p99")}
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=time)
    return Step(at, requests, {"5xx": failed} if failed else {}, latency)
