"""Evaluates expressions over a graph."""

from collections.abc import Set
from dataclasses import dataclass

from meshhub.expression import EVERYTHING, And, Comparison, Exists, Expression, Field, Not, Or, matches, parse
from topology.find.fields import FIELDS, OF_EDGES, OF_NODES
from topology.find.lookups import Values
from topology.health.model import HealthReport
from topology.model import ServiceGraph

_NEVER = Or(())


@dataclass(frozen=True, slots=True)
class Matches:
    """The ids of the nodes and edges that an expression holds for."""

    nodes: frozenset[str]
    edges: frozenset[str]


def find(graph: ServiceGraph, health: HealthReport | None, text: str) -> Matches:
    """What an expression holds for; everything, if it is empty.

    Raises:
        ExpressionFault: it cannot be read.
    """
    return find_by(graph, health, parse(text, FIELDS))


def find_by(graph: ServiceGraph, health: HealthReport | None, expression: Expression) -> Matches:
    """What an expression that was read with FIELDS holds for.

    A comparison of a field that only edges have decides nothing about nodes, and the other way round: `not flag=UF`
    finds edges only, and so does `from=cart`.
    """
    values = Values(graph, health)
    of_nodes = _applicable(expression, frozenset(OF_EDGES), negated=False)
    of_edges = _applicable(expression, frozenset(OF_NODES), negated=False)
    return Matches(
        frozenset(node.id for node in graph.nodes if matches(of_nodes, values.of_node(node))),
        frozenset(edge.id for edge in graph.edges if matches(of_edges, values.of_edge(edge))),
    )


def _applicable(expression: Expression, foreign: Set[Field], *, negated: bool) -> Expression:
    """The expression with what asks for a foreign field made false, wherever it stands."""
    match expression:
        case And(parts):
            return And(tuple(_applicable(part, foreign, negated=negated) for part in parts))
        case Or(parts):
            return Or(tuple(_applicable(part, foreign, negated=negated) for part in parts))
        case Not(part):
            return Not(_applicable(part, foreign, negated=not negated))
        case Comparison(field) | Exists(field) if field in foreign:
            return EVERYTHING if negated else _NEVER
    return expression
