"""Single points of failure: what every way from the entries to others leads through."""

import networkx as nx

from meshhub.quantities import plural, share
from topology.analysis.blast import entering_share, estimate_impacts
from topology.analysis.calls import Calls
from topology.analysis.model import SinglePoint

_START = "\0start"
"""Stands before all entries: no id has a NUL."""


def single_points(calls: Calls, at_most: int) -> tuple[tuple[SinglePoint, ...], int]:
    """The nodes that dominate others, those with most behind them first, and how many there are.

    A node dominates another if every way there from an entry leads through it (Lengauer, Tarjan; here by Cooper,
    Harvey, Kennedy in networkx). An entry is none: that it is the way in is no finding. The weight of a point is the
    share of entering requests that fail with it.
    """
    behind = _dominated(calls)
    points = sorted((name for name in behind if name not in calls.entries), key=lambda name: (-len(behind[name]), name))
    shown = [_point(calls, name, behind[name]) for name in points[:at_most]]
    return tuple(sorted(shown, key=lambda point: (-(point.share or 0.0), -len(point.behind), point.node))), len(points)


def _dominated(calls: Calls) -> dict[str, tuple[str, ...]]:
    """What lies behind each node that dominates others."""
    rooted = calls.network.copy()
    rooted.add_edges_from((_START, entry) for entry in calls.entries)
    if _START not in rooted:
        return {}
    dominators = nx.immediate_dominators(rooted, _START)
    tree = nx.DiGraph()
    tree.add_edges_from(
        (above, name) for name, above in dominators.items() if above not in (None, name, _START) and name != _START
    )
    behind: dict[str, tuple[str, ...]] = {}
    for name in reversed(list(nx.topological_sort(tree))):
        below = tree.successors(name)
        behind[name] = tuple(sorted({each for child in below for each in (child, *behind[child])}))
    return {name: names for name, names in behind.items() if names}


def _point(calls: Calls, name: str, behind: tuple[str, ...]) -> SinglePoint:
    part = entering_share(calls, estimate_impacts(calls, name))
    text = f"Every way to {plural(len(behind), 'node')} leads through {calls.name(name)}"
    text += f"; {share(part)} of the requests that enter fail with it." if part is not None else "."
    return SinglePoint(name, behind, part, text)
