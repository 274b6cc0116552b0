"""The find and hide expressions of the graph: what they hold for, what is wrong in them, what can come next."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from meshhub.expression import Expression, ExpressionFault, Field, Suggestion, complete, fields_of, parse
from topology.find import FIELDS, find_by
from topology.find.fields import OF_NODES
from topology.health.model import HealthReport
from topology.model import EdgeView, ServiceEdge, ServiceGraph

_OF_NODES_ONLY = frozenset(OF_NODES)


def fault(text: str) -> ExpressionFault | None:
    """What is wrong with an expression; None if nothing is."""
    try:
        parse(text, FIELDS)
    except ExpressionFault as error:
        return error
    return None


def found(graph: ServiceGraph, report: HealthReport, text: str) -> frozenset[str] | None:
    """The ids of the nodes and edges that an expression holds for; None if it is empty or cannot be read."""
    expression = _read(text)
    if expression is None:
        return None
    matches = find_by(graph, report, expression)
    return matches.nodes | matches.edges


def hidden(graph: ServiceGraph, report: HealthReport, text: str) -> frozenset[str]:
    """The ids of what an expression hides; none if it is empty or cannot be read.

    A node stays where it is needed: `healthy` leaves a failing edge both its ends. But an expression that asks for what
    only nodes have (`kind = external`) means nodes, and they go with their edges.
    """
    expression = _read(text)
    if expression is None:
        return frozenset()
    matches = find_by(graph, report, expression)
    if fields_of(expression) & _OF_NODES_ONLY:
        return matches.nodes | matches.edges
    left = (edge for edge in graph.edges if edge.id not in matches.edges)
    needed = {end for edge in left for end in (edge.source, edge.destination)}
    return (matches.nodes - needed) | matches.edges


def suggest(graph: ServiceGraph, text: str, cursor: int) -> list[Suggestion]:
    """What can come next at the cursor, with the values that the graph has."""
    return complete(text, cursor, FIELDS, lambda field, part: values(graph, field, part))


def values(graph: ServiceGraph, field: Field, part: str) -> list[str]:
    """The values of a field that contain a text, the most frequent first."""
    get = _VALUES.get(field.name)
    counted = Counter(value for value in get(graph) if value) if get else Counter[str]()
    wanted = part.lower()
    kept = [(value, count) for value, count in counted.items() if wanted in value.lower()]
    return [value for value, _ in sorted(kept, key=lambda pair: (-pair[1], pair[0]))]


def _read(text: str) -> Expression | None:
    if not text.strip():
        return None
    try:
        return parse(text, FIELDS)
    except ExpressionFault:
        return None


def _ends(attribute: str, *, caller: bool) -> Callable[[ServiceGraph], Iterable[str]]:
    def get(graph: ServiceGraph) -> Iterable[str]:
        nodes = {node.id: node for node in graph.nodes}
        return (getattr(nodes[edge.source if caller else edge.destination], attribute) for edge in graph.edges)

    return get


def _views(get: Callable[[EdgeView], Iterable[str]]) -> Callable[[ServiceGraph], Iterable[str]]:
    return lambda graph: (value for edge in graph.edges for value in get(edge.headline))


def _edges(get: Callable[[ServiceEdge], Iterable[str]]) -> Callable[[ServiceGraph], Iterable[str]]:
    return lambda graph: (value for edge in graph.edges for value in get(edge))


_VALUES: Mapping[str, Callable[[ServiceGraph], Iterable[str]]] = {
    "name": lambda graph: (node.service for node in graph.nodes),
    "ns": lambda graph: (node.namespace for node in graph.nodes),
    "cluster": lambda graph: (node.cluster for node in graph.nodes),
    "version": lambda graph: (version for node in graph.nodes for version in node.versions),
    "workload": lambda graph: (workload for node in graph.nodes for workload in node.workloads),
    "id": lambda graph: (node.id for node in graph.nodes),
    "from": _ends("service", caller=True),
    "to": _ends("service", caller=False),
    "fromns": _ends("namespace", caller=True),
    "tons": _ends("namespace", caller=False),
    "flag": _views(lambda view: view.flags),
    "code": _views(lambda view: view.errors.response_codes),
    "grpc": _views(lambda view: view.errors.grpc_statuses),
    "principal": _views(lambda view: (*view.encryption.source_principals, *view.encryption.destination_principals)),
    "note": _edges(lambda edge: (note.code for note in edge.notes)),
}
