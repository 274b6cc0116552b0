"""What the topology page shows, read once for its drawing and its panel."""

from dataclasses import replace
from datetime import datetime

from dashboard.ui.behind import Behind, Calls, behind
from dashboard.ui.burning import NOTHING_BURNS, Burning, burning
from dashboard.ui.finding import found, hidden
from dashboard.ui.graph_scope import focus, restrict, without, without_idle
from dashboard.ui.pages.page import Surroundings
from dashboard.ui.recent import Recent
from dashboard.ui.replay import frame_window, quieted
from dashboard.ui.scene import Scene, Seen
from dashboard.ui.state.topology import TopologyState
from meshhub.model import TimeRange
from topology.analysis.model import GraphAnalysis
from topology.diff.model import Change, GraphDiff
from topology.model import Perspective, ServiceGraph

FRESH_SECONDS = 1.5
"""How long an answer serves: long enough for the parts of one refresh, shorter than from one to the next."""

SHAPE_SECONDS = 30.0
"""How long an analysis of the graph's shape serves."""

BEHIND_SECONDS = 8.0
"""How long the requests behind a selection serve: longer than from one refresh to the next."""


class TopologySource:
    """Reads for the topology page."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._recent: Recent[Seen] = Recent(around.clock, FRESH_SECONDS)
        self._behind: Recent[Behind] = Recent(around.clock, BEHIND_SECONDS)
        self._shapes: Recent[GraphAnalysis] = Recent(around.clock, SHAPE_SECONDS)

    def scene(self, state: TopologyState) -> Scene:
        """What the state of the page asks for.

        An expression that cannot be read finds and hides nothing: its field says what is wrong.

        Raises:
            MeshhubError: the window cannot be read, or the hub does not answer.
        """
        seen = self.see(state)
        view, graph = state.view, seen.graph
        shown = restrict(graph, view.namespaces, of=view.clusters)
        shown = shown if view.idle or state.frame else without_idle(shown)
        shown = focus(shown, state.focus, state.hops) if state.focus else shown
        shown = without(shown, hidden(shown, seen.report, state.hide))
        return Scene(seen, shown, found(shown, seen.report, state.find))

    def see(self, state: TopologyState) -> Seen:
        """The graph that the state asks for, whole.

        A comparison is of services, whatever else one node stands for: a new version would be an addition each time.
        """
        view = state.view
        key = (view.length, view.end, view.compare, view.idle, state.perspective, state.frame)
        return self._recent.get(key, lambda: self._read(state, self._around.clock.now()))

    def analysis(self, state: TopologyState) -> GraphAnalysis:
        """What the shape of the graph says, or said not long ago: it changes slowly and takes long to work out."""
        view = state.view
        key = (view.length, view.end, state.perspective)
        return self._shapes.get(key, lambda: self._around.reads.insights.analysis(self.see(state).graph))

    def behind(self, calls: Calls, window: TimeRange) -> Behind:
        """The requests behind calls, as they were not long ago."""
        key = (calls, round(window.seconds), round(window.end.timestamp() / BEHIND_SECONDS))
        return self._behind.get(key, lambda: behind(self._around.reads.logs, calls, window))

    def _read(self, state: TopologyState, now: datetime) -> Seen:
        window = state.view.window(now)
        before = state.view.before(window)
        if state.frame is not None:
            return self._read_frame(state, window, state.frame)
        insights = self._around.reads.insights
        if before is None:
            graph = self._graph(state, window)
            return Seen(window, graph, insights.health(graph), None, self._burning(state, graph))
        graph = self._graph(replace(state, perspective=Perspective.SERVICE), window)
        diff = insights.diff(before, window)
        return Seen(window, with_removed(graph, diff), insights.health(graph), diff, self._burning(state, graph))

    def _read_frame(self, state: TopologyState, window: TimeRange, end: datetime) -> Seen:
        frame = frame_window(window, end)
        moment = self._graph(state, frame)
        ground = quieted(self._graph(state, window), moment)
        return Seen(frame, ground, self._around.reads.insights.health(moment), None)

    def _burning(self, state: TopologyState, graph: ServiceGraph) -> Burning:
        """Where SLOs burn now: nothing is said of windows that ended before."""
        return NOTHING_BURNS if state.view.end else burning(self._around.reads.slos.overview().states.values(), graph)

    def _graph(self, state: TopologyState, window: TimeRange) -> ServiceGraph:
        return self._around.reads.graphs.graph(window, perspective=state.perspective, idle=state.view.idle)


def with_removed(graph: ServiceGraph, diff: GraphDiff) -> ServiceGraph:
    """The graph with the edges and nodes that only the earlier window has."""
    nodes = {node.id: node for node in graph.nodes}
    edges = {edge.id: edge for edge in graph.edges}
    for node in diff.nodes:
        if node.change is Change.REMOVED and node.before and node.id not in nodes:
            nodes[node.id] = node.before
    for edge in diff.edges:
        there = edge.source in nodes and edge.destination in nodes
        if edge.change is Change.REMOVED and edge.before and edge.id not in edges and there:
            edges[edge.id] = edge.before
    return replace(
        graph,
        nodes=tuple(nodes[name] for name in sorted(nodes)),
        edges=tuple(edges[name] for name in sorted(edges)),
    )
