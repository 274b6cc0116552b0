"""The part of a graph that an expression holds for."""

from dataclasses import replace

from topology.find import find
from topology.health import HealthReport
from topology.model import ServiceGraph


def part_of(graph: ServiceGraph, health: HealthReport | None, wanted: str, hidden: str) -> ServiceGraph:
    """What `wanted` holds for, with the ends of its edges, and without what `hidden` holds for and its edges.

    An empty expression neither selects nor hides.

    Raises:
        ExpressionFault: one of them cannot be read.
    """
    if wanted:
        found = find(graph, health, wanted)
        edges = tuple(edge for edge in graph.edges if edge.id in found.edges)
        shown = found.nodes | {end for edge in edges for end in (edge.source, edge.destination)}
        graph = replace(graph, nodes=tuple(node for node in graph.nodes if node.id in shown), edges=edges)
    if hidden:
        found = find(graph, health, hidden)
        nodes = tuple(node for node in graph.nodes if node.id not in found.nodes)
        left = {node.id for node in nodes}
        edges = tuple(
            edge
            for edge in graph.edges
            if edge.id not in found.edges and edge.source in left and edge.destination in left
        )
        graph = replace(graph, nodes=nodes, edges=edges)
    return graph
