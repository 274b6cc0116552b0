"""Which nodes and edges of a graph have SLOs that burn."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from alerting.burn import Verdict
from alerting.evaluation.service import verdict_of
from alerting.evaluation.state import SloState
from alerting.specification.model import Party
from topology.model import NodeKind, ServiceGraph, ServiceNode

NAMED = frozenset({NodeKind.SERVICE, NodeKind.GATEWAY, NodeKind.TCP, NodeKind.EXTERNAL})
"""Kinds of nodes that SLOs name."""


@dataclass(frozen=True, slots=True)
class Burn:
    """One SLO that burns. `rate` is that of the pair that burns fastest over its long window; `paging` where one of
    the severities that burn is not a ticket."""

    slo: str
    rate: float
    paging: bool

    @property
    def words(self) -> str:
        return f"budget burns {self.rate:.3g}×"


@dataclass(frozen=True, slots=True)
class Burning:
    """The SLOs that burn by the id of what they are about, the fastest first."""

    nodes: Mapping[str, tuple[Burn, ...]] = field(default_factory=dict)
    edges: Mapping[str, tuple[Burn, ...]] = field(default_factory=dict)

    def of(self, element_id: str) -> tuple[Burn, ...]:
        """Those of a node or an edge."""
        return self.edges.get(element_id) or self.nodes.get(element_id) or ()


NOTHING_BURNS = Burning()


def burning(states: Iterable[SloState], graph: ServiceGraph) -> Burning:
    """Where it burns: an SLO of a service, or of all its calls, is on its node, one of an edge on the edge.

    A party without namespace or cluster is every node of its name, and in a graph of versions each of them.
    """
    nodes: defaultdict[str, list[Burn]] = defaultdict(list)
    edges: defaultdict[str, list[Burn]] = defaultdict(list)
    for state in states:
        burn = _burn(state)
        if burn is None:
            continue
        source, destination = state.slo.selector.source, state.slo.selector.destination
        if source is not None and destination is not None:
            ends = _ids(graph, source), _ids(graph, destination)
            for edge in graph.edges:
                if edge.source in ends[0] and edge.destination in ends[1]:
                    edges[edge.id].append(burn)
        elif (party := destination or source) is not None:
            for node_id in _ids(graph, party):
                nodes[node_id].append(burn)
    return Burning(_ordered(nodes), _ordered(edges))


def node_of(graph: ServiceGraph, party: Party | None) -> str:
    """The id of the one node that a party is; empty where there is none or more than one."""
    found = _ids(graph, party) if party is not None else frozenset[str]()
    return next(iter(found)) if len(found) == 1 else ""


def _ids(graph: ServiceGraph, party: Party) -> frozenset[str]:
    return frozenset(node.id for node in graph.nodes if is_party(node, party))


def is_party(node: ServiceNode, party: Party) -> bool:
    """Whether a node is what a party of an SLO names."""
    return (
        node.kind in NAMED
        and node.service == party.service
        and party.namespace in ("", node.namespace)
        and party.cluster in ("", node.cluster)
    )


def _burn(state: SloState) -> Burn | None:
    if verdict_of(state) is not Verdict.BURNING:
        return None
    fastest = max(state.burning, key=lambda burn: burn.long_rate or 0.0)
    paging = any(burn.rate.severity != "ticket" for burn in state.burning)
    return Burn(state.slo.name, fastest.long_rate or 0.0, paging)


def _ordered(found: Mapping[str, list[Burn]]) -> dict[str, tuple[Burn, ...]]:
    return {name: tuple(sorted(burns, key=lambda burn: (-burn.rate, burn.slo))) for name, burns in found.items()}
