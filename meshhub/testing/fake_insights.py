"""Judgements, comparisons and analyses of made-up graphs: what pages are developed and tested on."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from meshhub.errors import NotFound
from meshhub.model import Reporter, TimeRange
from meshhub.testing.mood import Mood
from topology.analysis.model import Affected, BlastRadius, Chain, FanOut, GraphAnalysis, SinglePoint
from topology.diff.model import (
    Change,
    Delta,
    EdgeChange,
    GraphDiff,
    LatencyChange,
    Measures,
    NodeChange,
    Proportion,
    ShareChange,
    VersionsChange,
)
from topology.health.model import Health, HealthReport, Verdict
from topology.model import EdgeView, Note, ServiceEdge, ServiceGraph, ServiceNode
from topology.series import CallSeries, EdgeSeries, NodeSeries, Step

STEPS = 60
NO_VERSIONS = VersionsChange((), ())


class FakeInsightReads:
    """Judges, compares and analyses the graphs that `make_graph` makes."""

    def __init__(self, mood: Mood, make_graph: Callable[[TimeRange], ServiceGraph]) -> None:
        self._mood = mood
        self.make_graph = make_graph

    def health(self, graph: ServiceGraph) -> HealthReport:
        """By error share alone."""
        self._mood.check()
        baseline = TimeRange(graph.window.start - graph.window.length, graph.window.start)
        return HealthReport(
            graph.window,
            baseline,
            {edge.id: _verdict(edge.headline.rates.requests, edge.headline.errors.share) for edge in graph.edges},
            {node.id: _verdict_on_node(node) for node in graph.nodes},
        )

    def diff(self, before: TimeRange, after: TimeRange) -> GraphDiff:
        """As if the failing edges had been well before, and the last edge and its callee had not been there."""
        self._mood.check()
        graph = self.make_graph(after)
        edges = [_edge_change(edge) for edge in graph.edges]
        if edges:
            edges[-1] = replace(edges[-1], change=Change.ADDED, before=None, words=(Note("added", "New."),))
        order = list(Change)
        nodes = [_node_change(node) for node in graph.nodes]
        return GraphDiff(
            before,
            after,
            tuple(sorted(edges, key=lambda change: (order.index(change.change), change.id))),
            tuple(sorted(nodes, key=lambda change: (order.index(change.change), change.id))),
            (),
        )

    def analysis(self, graph: ServiceGraph) -> GraphAnalysis:
        """One finding of most kinds."""
        self._mood.check()
        if not graph.edges:
            return GraphAnalysis((), (), (), (), (), (), (), ())
        edge = graph.edges[0]
        ends = (edge.source, edge.destination)
        return GraphAnalysis(
            (edge.source,),
            (self.blast_radius(graph, edge.destination),),
            (),
            (SinglePoint(edge.destination, (), 1.0, "Every request that enters goes through it."),),
            (Chain(ends, (edge.id,), "2 services wait for each other."),),
            (FanOut(edge.source, 1, 1.0, "Calls 1 service."),),
            (),
            (),
        )

    def blast_radius(self, graph: ServiceGraph, node_id: str) -> BlastRadius:
        """Its direct callers, all of whose requests fail."""
        self._mood.check()
        _known({node.id for node in graph.nodes}, node_id, "service")
        callers = {edge.source: edge for edge in graph.edges if edge.destination == node_id}
        affected = tuple(Affected(name, 1.0, 1, edge.headline.rates.per_second) for name, edge in callers.items())
        return BlastRadius(node_id, 1.0, affected, affected[:1], f"{len(affected)} services fail with it.")

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
        _known({node.id for node in graph.nodes}, node_id, "service")
        into = next((edge for edge in graph.edges if edge.destination == node_id), None)
        out = next((edge for edge in graph.edges if edge.source == node_id), None)
        return NodeSeries(node_id, _series(window, into), _series(window, out))


def _known(ids: set[str], wanted: str, what: str) -> None:
    if wanted not in ids:
        raise NotFound(f"could not find the {what} {wanted}: it is not in the graph of the window")


def _verdict(requests: int, share: float | None) -> Verdict:
    if not requests or share is None:
        return Verdict(Health.IDLE, (Note("idle", "no requests in this window"),))
    if share >= 0.1:
        text = f"5xx {share:.1%} ≥ 10 %, baseline 0.1 %"
        return Verdict(Health.FAILING, (Note("error-share", text), Note("errors-rose", "more than before")))
    if share >= 0.001:
        return Verdict(Health.DEGRADED, (Note("error-share", f"5xx {share:.1%} ≥ 0.1 %"),))
    return Verdict(Health.HEALTHY, (Note("within-tolerances", "no request failed"),))


def _verdict_on_node(node: ServiceNode) -> Verdict:
    traffic = node.inbound or node.outbound
    if traffic is None:
        return Verdict(Health.NOT_MEASURED, (Note("not-measured", "nothing measured any of its traffic"),))
    return _verdict(traffic.requests, traffic.error_share)


def _edge_change(edge: ServiceEdge) -> EdgeChange:
    view = edge.headline
    requests = view.rates.requests
    failed = round((view.errors.share or 0.0) * requests)
    worse = failed * 10 >= requests > 0
    before = Proportion(0 if worse else failed, requests)
    errors = ShareChange(before, Proportion(failed, requests), 1e-9 if worse else 1.0, worse)
    rate = Delta(view.rates.per_second, view.rates.per_second)
    latency = {}
    if view.latency:
        latency = {"p95": LatencyChange(view.latency.p95 * 0.9, view.latency.p95, requests, requests, False)}
    share = Delta(view.encryption.mtls_share, view.encryption.mtls_share)
    return EdgeChange(
        edge.id,
        edge.source,
        edge.destination,
        Change.WORSE if worse else Change.UNCHANGED,
        edge,
        edge,
        Measures(rate, errors, None, latency, share),
        NO_VERSIONS,
        (Note("errors-rose", f"failed 0 → {failed:,} of {requests:,} requests (p < 0.001)"),) if worse else (),
    )


def _node_change(node: ServiceNode) -> NodeChange:
    traffic = node.inbound or node.outbound
    rate = None if traffic is None else traffic.per_second
    measures = Measures(Delta(rate, rate), None, None, {}, Delta(None, None))
    return NodeChange(node.id, Change.UNCHANGED, node, node, measures, NO_VERSIONS, ())


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
