"""Judges a whole graph."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import Enum

from topology.health.judge import judge_calls
from topology.health.model import Health, HealthReport, Verdict
from topology.health.pool import pool_notes, with_pool
from topology.health.recent import Newest, Recent
from topology.health.tolerance import Rules, Tally, added_up, tally_of
from topology.model import NodeKind, Note, ServiceGraph, ServiceNode, Transport
from topology.settings import HealthSettings

_WEIGHT = {
    Health.FAILING: 0,
    Health.DEGRADED: 1,
    Health.HEALTHY: 2,
    Health.IDLE: 3,
    Health.NOT_MEASURED: 4,
}

_UNITS = {Transport.HTTP: "request", Transport.GRPC: "request", Transport.TCP: "connection"}
_IDLE = Verdict(Health.IDLE, (Note("idle", "no traffic in this window, but its proxy reported before"),))

Tallies = Mapping[str, Tally]
ByProtocol = Mapping[Transport, Sequence[Tally]]


class End(Enum):
    """One end of a call."""

    CALLER = "caller"
    CALLEE = "callee"


_NOBODY_KNOWN = Verdict(
    Health.NOT_MEASURED, (Note("not-measured", "nothing measures a caller that nobody knows, only its calls"),)
)
_NO_TRAFFIC = Verdict(Health.NOT_MEASURED, (Note("not-measured", "nothing measured any of its traffic"),))


class Judge:
    """Judges graphs by these settings. Has no state; safe to share."""

    def __init__(self, settings: HealthSettings) -> None:
        self._rules = Rules(settings)
        self._baseline = settings.baseline
        self._recent = settings.recent

    def judge(self, graph: ServiceGraph, before: ServiceGraph | None, recent: Recent | None = None) -> HealthReport:
        """The verdict on every edge and node, compared with the graph of the time before where it has them, and by the
        newest part of its window if that is given.

        A service is judged by what it answers; one that nobody calls by how its own calls went.
        """
        newest = {} if recent is None else recent.calls
        seconds = recent.window.seconds if recent else 0.0
        nodes = {node.id: node for node in graph.nodes}
        now = {edge.id: tally_of(edge.headline) for edge in graph.edges}
        former = {} if before is None else {edge.id: tally_of(edge.headline) for edge in before.edges}
        edges = {}
        for edge in graph.edges:
            rule = self._rules.of_call(nodes.get(edge.source), nodes.get(edge.destination), edge.transport)
            edges[edge.id] = judge_calls(
                now[edge.id],
                former.get(edge.id),
                rule,
                self._baseline,
                _UNITS[edge.transport],
                Newest(newest[edge.id], seconds, self._recent) if edge.id in newest else None,
            )
        pools = self._pools(graph, recent)
        edges = {name: with_pool(verdict, pools.get(name, ())) for name, verdict in edges.items()}
        baseline = before.window if before is not None and before.edges else None
        return HealthReport(graph.window, baseline, edges, self._judge_nodes(graph, now, before, former, recent))

    def _pools(self, graph: ServiceGraph, recent: Recent | None) -> dict[str, tuple[Note, ...]]:
        """What pools have to say, by edge and, for all calls to it, by node."""
        found: dict[str, tuple[Note, ...]] = {}
        for edge in graph.edges if recent and recent.pools else ():
            pool = recent.pools.get(edge.id) if recent else None
            notes = tuple(pool_notes(pool, self._recent)) if pool else ()
            for name in (edge.id, edge.destination) if notes else ():
                found[name] = notes
        return found

    def _judge_nodes(
        self,
        graph: ServiceGraph,
        now: Tallies,
        before: ServiceGraph | None,
        former: Tallies,
        recent: Recent | None,
    ) -> dict[str, Verdict]:
        judged_by = _judged_by(graph)
        seconds = recent.window.seconds if recent else 0.0
        newest = {} if recent is None else _by_node(graph, recent.calls, judged_by)
        calls = _by_node(graph, now, judged_by)
        calls_before = {} if before is None else _by_node(before, former, judged_by)
        pools = self._pools(graph, recent)
        verdicts = {}
        for node in graph.nodes:
            if node.id in calls and (judged_by[node.id] is End.CALLEE or node.kind is not NodeKind.UNKNOWN):
                last = newest.get(node.id, {}) if recent is not None and node.id in recent.nodes else {}
                measured = calls[node.id], calls_before.get(node.id, {}), last
                verdict = self._node(node, judged_by[node.id], *measured, seconds)
                verdicts[node.id] = with_pool(verdict, pools.get(node.id, ()))
            elif node.kind is NodeKind.UNKNOWN:
                verdicts[node.id] = _NOBODY_KNOWN
            else:
                verdicts[node.id] = _NO_TRAFFIC if node.last_seen is None else _IDLE
        return verdicts

    def _node(
        self, node: ServiceNode, end: End, calls: ByProtocol, before: ByProtocol, newest: ByProtocol, seconds: float
    ) -> Verdict:
        """The worst verdict over the protocols, with the reasons of all that are as bad."""
        verdicts = []
        caller, callee = (None, node) if end is End.CALLEE else (node, None)
        for transport, tallies in calls.items():
            rule = self._rules.of_call(caller, callee, transport)
            former = added_up(before[transport], rule) if transport in before else None
            last = Newest(added_up(newest[transport], rule), seconds, self._recent) if transport in newest else None
            verdicts.append(judge_calls(added_up(tallies, rule), former, rule, self._baseline, _UNITS[transport], last))
        worst = min((verdict.health for verdict in verdicts), key=_WEIGHT.__getitem__)
        return Verdict(
            worst, tuple(note for verdict in verdicts if verdict.health is worst for note in verdict.reasons)
        )


def _judged_by(graph: ServiceGraph) -> dict[str, End]:
    """Which of its calls a node is judged by: those to it, or, where there are none, those it makes."""
    ends = {edge.source: End.CALLER for edge in graph.edges}
    for edge in graph.edges:
        ends[edge.destination] = End.CALLEE
    return ends


def _by_node(graph: ServiceGraph, tallies: Tallies, judged_by: Mapping[str, End]) -> dict[str, ByProtocol]:
    """The calls that each node is judged by."""
    calls: dict[str, dict[Transport, list[Tally]]] = defaultdict(lambda: defaultdict(list))
    for edge in graph.edges:
        if edge.id not in tallies:
            continue
        if judged_by.get(edge.destination) is End.CALLEE:
            calls[edge.destination][edge.transport].append(tallies[edge.id])
        if judged_by.get(edge.source) is End.CALLER:
            calls[edge.source][edge.transport].append(tallies[edge.id])
    return {node: dict(by_protocol) for node, by_protocol in calls.items()}
