"""In which column each node of a graph stands: callers left of whom they call."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

Pair = tuple[str, str]

SHALLOW = 8
"""So many columns are always allowed where chains are sparse."""
_DENSE = 2.5
"""Calls per node from which on there are no chains to see, and columns are made as many as suits a screen."""


def rank(nodes: Sequence[str], edges: Iterable[Pair]) -> dict[str, int]:
    """The column of each node, from 0: one more than its right-most caller's, calls that close a cycle left aside.

    The same for the same nodes and edges. A node that nobody calls stands just left of the first one that it calls. A
    dense graph whose chains are longer than a screen is wide has neighbouring columns pushed together.
    """
    callees, callers = _neighbours(edges)
    order = _forward_order(nodes, callees, callers)
    place = {node: index for index, node in enumerate(order)}
    ranks: dict[str, int] = {}
    for node in order:
        before = [ranks[caller] for caller in callers[node] if place[caller] < place[node]]
        ranks[node] = max(before) + 1 if before else 0
    for node in reversed(order):
        after = [ranks[callee] for callee in callees[node] if place[callee] > place[node]]
        if after and not any(place[caller] < place[node] for caller in callers[node]):
            ranks[node] = min(after) - 1
    calls = sum(len(called) for called in callees.values())
    return _pushed_together(ranks, dense=calls > _DENSE * len(nodes))


def _pushed_together(ranks: dict[str, int], *, dense: bool) -> dict[str, int]:
    depth = max(ranks.values(), default=0) + 1
    allowed = (
        1 + math.ceil(0.75 * math.sqrt(len(ranks))) if dense else max(SHALLOW, math.ceil(1.1 * math.sqrt(len(ranks))))
    )
    if depth <= allowed:
        return ranks
    return {node: column * allowed // depth for node, column in ranks.items()}


def _neighbours(edges: Iterable[Pair]) -> tuple[Mapping[str, list[str]], Mapping[str, list[str]]]:
    callees: defaultdict[str, list[str]] = defaultdict(list)
    callers: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in sorted(set(edges)):
        if source != target:
            callees[source].append(target)
            callers[target].append(source)
    return callees, callers


def _forward_order(
    nodes: Sequence[str], callees: Mapping[str, list[str]], callers: Mapping[str, list[str]]
) -> list[str]:
    """A topological order of the graph without the edges that close a cycle: reverse postorder, entries first."""
    entries = sorted(nodes, key=lambda node: (len(callers[node]) > 0, -len(callees[node]), node))
    done: set[str] = set()
    postorder: list[str] = []
    for entry in entries:
        if entry in done:
            continue
        done.add(entry)
        stack = [(entry, iter(callees[entry]))]
        while stack:
            node, remaining = stack[-1]
            following = next((callee for callee in remaining if callee not in done), None)
            if following is None:
                postorder.append(node)
                stack.pop()
            else:
                done.add(following)
                stack.append((following, iter(callees[following])))
    return postorder[::-1]
