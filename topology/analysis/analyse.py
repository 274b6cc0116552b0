"""Everything that the shape of a graph says, in bounded time."""

from meshhub.quantities import number, plural
from topology.analysis.blast import blast_radius, entering_share, estimate_impacts
from topology.analysis.calls import Calls, calls_of
from topology.analysis.model import BlastRadius, FanOut, GraphAnalysis, Orphan
from topology.analysis.points import single_points
from topology.analysis.ways import cycles, longest_chains
from topology.model import ServiceGraph

SHOWN = 20
"""How many findings of each kind are listed."""

CANDIDATES = 40
"""Blast radii are estimated for so many of the busiest nodes."""

WIDE = 2
"""Callees from which on a node is said to fan out."""


def analyse(graph: ServiceGraph) -> GraphAnalysis:
    """What the shape of a graph says. Takes about a second for 1,000 nodes and 10,000 edges, whatever their shape."""
    calls, synchronous = calls_of(graph), calls_of(graph, synchronous=True)
    edges = {edge.id: edge for edge in graph.edges}
    found_cycles, all_cycles = cycles(synchronous, SHOWN)
    points, all_points = single_points(calls, SHOWN)
    fans, orphans = _fan_outs(calls), _orphans(calls)
    limits = [
        f"The {shown} weightiest of {count:,} {what} are listed."
        for what, shown, count in (
            ("circles", len(found_cycles), all_cycles),
            ("single points of failure", len(points), all_points),
            ("nodes that call several others", min(SHOWN, len(fans)), len(fans)),
            ("orphaned services", min(SHOWN, len(orphans)), len(orphans)),
        )
        if count > shown
    ]
    return GraphAnalysis(
        calls.entries,
        _widest_blasts(calls),
        found_cycles,
        points,
        longest_chains(synchronous, edges, SHOWN),
        fans[:SHOWN],
        orphans[:SHOWN],
        tuple(limits),
    )


def blast_of(graph: ServiceGraph, node: str) -> BlastRadius:
    """Who is affected if a node fails.

    Raises:
        LookupError: the graph does not have it.
    """
    calls = calls_of(graph)
    if node not in calls.nodes:
        raise LookupError(f"could not find {node} in the graph")
    return blast_radius(calls, node)


def _widest_blasts(calls: Calls) -> tuple[BlastRadius, ...]:
    busiest = sorted(
        (node for node in calls.nodes if calls.inbound[node]), key=lambda node: (-calls.inbound[node], node)
    )[:CANDIDATES]
    parts = {node: entering_share(calls, estimate_impacts(calls, node)) or 0.0 for node in busiest}
    worst = sorted(busiest, key=lambda node: (-parts[node], node))[:SHOWN]
    return tuple(blast_radius(calls, node) for node in worst)


def _fan_outs(calls: Calls) -> tuple[FanOut, ...]:
    wide = [node for node in calls.nodes if calls.network.out_degree(node) >= WIDE]
    return tuple(
        _fan_out(calls, node) for node in sorted(wide, key=lambda node: (-calls.network.out_degree(node), node))
    )


def _fan_out(calls: Calls, node: str) -> FanOut:
    callees = calls.network.out_degree(node)
    answered = calls.inbound[node]
    per_request = calls.outbound[node] / answered if answered else None
    text = f"{calls.name(node)} calls {plural(callees, 'other')}"
    text += f", {number(per_request)} calls per request." if per_request is not None else "."
    return FanOut(node, callees, per_request, text)


def _orphans(calls: Calls) -> tuple[Orphan, ...]:
    alone = (node for node in sorted(calls.nodes) if calls.network.degree(node) == 0)
    return tuple(Orphan(node, f"Nobody calls {calls.name(node)}, and it calls nobody.") for node in alone)
