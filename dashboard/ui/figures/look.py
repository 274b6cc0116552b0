"""What is said of the elements of a drawing besides their numbers: labels, verdicts, changes, what was found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dashboard.ui.burning import NOTHING_BURNS, Burning
from dashboard.ui.query import DEFAULT_LABELS, EdgeLabel
from meshhub.quantities import plural
from topology.diff.model import Change, EdgeChange, GraphDiff, NodeChange
from topology.health import Health, Verdict, judge_edge, judge_node, judge_traffic
from topology.health.model import HealthReport
from topology.model import NodeTraffic, Pool, ServiceEdge, ServiceNode

BURN_GLYPH = "⚑"
"""Stands with the words of an SLO that burns."""

_BREAKERS = {"cx": "connections", "rq": "requests", "rq_pending": "waiting requests", "rq_retry": "retries"}


def pool_words(pool: Pool) -> list[str]:
    """What the caller's connections to the callee went through, in words."""
    open_ones = ", ".join(_BREAKERS.get(name, name) for name in pool.open_circuit_breakers)
    words = [f"A circuit breaker was open: {open_ones}."] if open_ones else []
    for count, text in (
        (pool.ejections, f"hosts ejected as outliers, at most {pool.ejected_hosts} at a time"),
        (pool.pool_overflows, "requests or connections refused by a circuit breaker"),
        (pool.retry_overflows, "retries refused by a circuit breaker"),
        (pool.connection_failures, "connections failed"),
        (pool.connection_timeouts, "connections timed out"),
    ):
        words += [f"{count:,} {text}."] if count else []
    if pool.active_connections or pool.active_requests:
        active = f"{plural(pool.active_connections, 'connection')} open, {plural(pool.active_requests, 'request')}"
        words.append(f"At the end of the window: {active} under way.")
    return words


@dataclass(frozen=True, slots=True)
class Look:
    """How a drawing is written.

    `report` has the verdicts; what it does not have is judged by its error share alone. `edges` and `nodes` are the
    changes by id, empty where nothing is compared. `found` are the ids of what the find expression holds for; None
    where nothing is looked for. `burning` are the SLOs that burn.
    """

    labels: tuple[EdgeLabel, ...] = DEFAULT_LABELS
    report: HealthReport | None = None
    edges: Mapping[str, EdgeChange] = field(default_factory=dict)
    nodes: Mapping[str, NodeChange] = field(default_factory=dict)
    found: frozenset[str] | None = None
    burning: Burning = NOTHING_BURNS

    @classmethod
    def of(
        cls,
        labels: tuple[EdgeLabel, ...],
        report: HealthReport | None,
        diff: GraphDiff | None,
        found: frozenset[str] | None,
        burning: Burning = NOTHING_BURNS,
    ) -> "Look":
        """With the changes of a comparison."""
        if diff is None:
            return cls(labels, report, {}, {}, found, burning)
        edges = {change.id: change for change in diff.edges}
        return cls(labels, report, edges, {change.id: change for change in diff.nodes}, found, burning)

    def edge(self, edge: ServiceEdge) -> Verdict:
        """How the calls of an edge went."""
        verdict = self.report.edges.get(edge.id) if self.report else None
        return verdict or judge_edge(edge)

    def node(self, node: ServiceNode) -> Verdict:
        """How a service does."""
        verdict = self.report.nodes.get(node.id) if self.report else None
        return verdict or judge_node(node)

    def traffic(self, traffic: NodeTraffic | None) -> Health:
        """How several edges together do."""
        return judge_traffic(traffic).health if traffic else Health.NOT_MEASURED

    def edge_change(self, edge_id: str) -> Change | None:
        """What became of an edge; None if nothing is compared."""
        return self.edges[edge_id].change if edge_id in self.edges else None

    def node_change(self, node_id: str) -> Change | None:
        """What became of a node; None if nothing is compared."""
        return self.nodes[node_id].change if node_id in self.nodes else None

    def worst_change(self, edge_ids: Iterable[str]) -> Change | None:
        """The weightiest change of several edges."""
        order = list(Change)
        changes = [change for each in edge_ids if (change := self.edge_change(each)) is not None]
        return min(changes, key=order.index, default=None)

    def edge_words(self, edge: ServiceEdge) -> str:
        """What the hover text of an edge says, line by line: why it is as it is, its security, what changed."""
        lines = [self.edge(edge).reason, *(note.text for note in edge.notes)]
        lines += [edge.security.text] if edge.security else []
        lines += pool_words(edge.pool) if edge.pool else []
        if edge.id in self.edges:
            lines += [note.text for note in self.edges[edge.id].words]
        return "\n".join(line for line in lines if line)

    def burn_words(self, element_ids: Iterable[str]) -> str:
        """What is said of the SLOs that burn on these elements; "" where none does."""
        burns = [burn for each in element_ids for burn in self.burning.of(each)]
        return f"{BURN_GLYPH} burns {burns[0].rate:.3g}×" if burns else ""

    def burn_class(self, element_ids: Iterable[str]) -> str:
        """The class of what an SLO burns on; "" for the rest."""
        return "burn" if self.burn_words(element_ids) else ""

    def found_class(self, element_id: str) -> str:
        """The class of what the find expression holds for; "" for the rest."""
        return "found" if self.found is not None and element_id in self.found else ""
