"""Parts of a service graph: what the scope, a focus, and what is hidden leave of it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace

from topology.model import ServiceEdge, ServiceGraph

MAX_HOPS = 3


def clusters(graph: ServiceGraph) -> tuple[str, ...]:
    """The clusters of the graph, sorted."""
    return tuple(sorted({node.cluster for node in graph.nodes if node.cluster}))


def namespaces(graph: ServiceGraph) -> tuple[str, ...]:
    """The namespaces of the graph, sorted."""
    return tuple(sorted({node.namespace for node in graph.nodes if node.namespace}))


def restrict(graph: ServiceGraph, within: Collection[str], *, of: Collection[str] = ()) -> ServiceGraph:
    """The services of the namespaces `within` and the clusters `of`, the edges that touch them, and those edges' other
    ends. Empty means all."""
    if not within and not of:
        return graph
    inside = {
        node.id for node in graph.nodes if (not within or node.namespace in within) and (not of or node.cluster in of)
    }
    edges = tuple(edge for edge in graph.edges if edge.source in inside or edge.destination in inside)
    return _with_edges(graph, edges, also=inside)


def without_idle(graph: ServiceGraph) -> ServiceGraph:
    """Edges that had requests, and their ends."""
    return _with_edges(graph, tuple(edge for edge in graph.edges if edge.headline.rates.requests), also=set())


def without(graph: ServiceGraph, hidden: frozenset[str]) -> ServiceGraph:
    """The graph without these nodes and edges, and without the edges of these nodes."""
    if not hidden:
        return graph
    edges = (edge for edge in graph.edges if hidden.isdisjoint((edge.id, edge.source, edge.destination)))
    return replace(graph, nodes=tuple(node for node in graph.nodes if node.id not in hidden), edges=tuple(edges))


def focus(graph: ServiceGraph, centre: str, hops: int) -> ServiceGraph:
    """What calls the node `centre` over so many hops and what it calls, with the edges between them; the whole graph if
    it has no such node."""
    if all(node.id != centre for node in graph.nodes):
        return graph
    callers: defaultdict[str, set[str]] = defaultdict(set)
    callees: defaultdict[str, set[str]] = defaultdict(set)
    for edge in graph.edges:
        callers[edge.destination].add(edge.source)
        callees[edge.source].add(edge.destination)
    near = _reached(centre, callers, hops) | _reached(centre, callees, hops)
    edges = tuple(edge for edge in graph.edges if edge.source in near and edge.destination in near)
    return replace(graph, nodes=tuple(node for node in graph.nodes if node.id in near), edges=edges)


def _reached(start: str, neighbours: Mapping[str, set[str]], hops: int) -> set[str]:
    reached = edge_of_it = {start}
    for _ in range(hops):
        edge_of_it = {other for node in edge_of_it for other in neighbours[node]} - reached
        reached = reached | edge_of_it
    return reached


def _with_edges(graph: ServiceGraph, edges: tuple[ServiceEdge, ...], also: Collection[str]) -> ServiceGraph:
    ends = {end for edge in edges for end in (edge.source, edge.destination)}
    return replace(graph, nodes=tuple(node for node in graph.nodes if node.id in ends or node.id in also), edges=edges)
