"""The graph as analyses see it: calls with traffic between nodes, several protocols together."""

from dataclasses import dataclass

import networkx as nx

from topology.model import ServiceEdge, ServiceGraph, ServiceNode, Transport


@dataclass(frozen=True, slots=True)
class Calls:
    """`network` has every node of the graph and an edge per pair with traffic, with `per_second` and the edges' `ids`.

    `groups` are its strongly connected parts, callees before their callers; one of several nodes is full of circles.
    `entries` are the nodes where traffic enters: what calls and is not called, such as unknown callers, gateways and
    jobs; of a circle that nobody calls its first node by id.
    `inbound` is what each node answers per second, `outbound` what it calls.
    """

    network: "nx.DiGraph"
    nodes: dict[str, ServiceNode]
    groups: tuple[tuple[str, ...], ...]
    entries: tuple[str, ...]
    inbound: dict[str, float]
    outbound: dict[str, float]
    parts: dict[str, tuple[tuple[str, float], ...]]
    """Of each caller: whom it calls, and how many calls a request that it answers makes there, at most 1. Of one that
    answers none: which part of its calls they are."""

    def entering(self, node: str) -> float:
        """Requests per second that begin at an entry: what it answers, or what it calls if nobody calls it."""
        return self.inbound[node] or self.outbound[node]

    def name(self, node: str) -> str:
        """What to call a node in a sentence."""
        found = self.nodes[node]
        return found.service or "an unknown caller"


def calls_of(graph: ServiceGraph, *, synchronous: bool = False) -> Calls:
    """The calls of a graph with traffic; `synchronous` leaves out TCP, of which nobody is known to wait for an end."""
    network = nx.DiGraph()
    nodes = {node.id: node for node in graph.nodes}
    network.add_nodes_from(nodes)
    inbound, outbound = dict.fromkeys(nodes, 0.0), dict.fromkeys(nodes, 0.0)
    for edge in graph.edges:
        if not edge.headline.rates.requests or (synchronous and edge.transport is Transport.TCP):
            continue
        _add(network, edge)
        inbound[edge.destination] += edge.headline.rates.per_second
        outbound[edge.source] += edge.headline.rates.per_second
    condensed = nx.condensation(network)
    groups = tuple(
        tuple(sorted(condensed.nodes[part]["members"])) for part in reversed(list(nx.topological_sort(condensed)))
    )
    parts = {caller: _parts(network, caller, inbound[caller], outbound[caller]) for caller in nodes}
    return Calls(network, nodes, groups, _entries(network, groups), inbound, outbound, parts)


def _parts(network: "nx.DiGraph", caller: str, inbound: float, outbound: float) -> tuple[tuple[str, float], ...]:
    requests = inbound or outbound
    return tuple(
        (callee, min(1.0, edge["per_second"] / requests)) for callee, edge in network.adj[caller].items() if requests
    )


def _add(network: "nx.DiGraph", edge: ServiceEdge) -> None:
    if network.has_edge(edge.source, edge.destination):
        known = network.edges[edge.source, edge.destination]
        known["per_second"] += edge.headline.rates.per_second
        known["ids"].append(edge.id)
    else:
        network.add_edge(edge.source, edge.destination, per_second=edge.headline.rates.per_second, ids=[edge.id])


def _entries(network: "nx.DiGraph", groups: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    entries = []
    for members in groups:
        inside = set(members)
        called = any(caller not in inside for node in members for caller in network.pred[node])
        if not called and any(network.succ[node] for node in members):
            entries.append(members[0])
    return tuple(sorted(entries))
