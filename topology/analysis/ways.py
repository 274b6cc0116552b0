"""Ways of calls through the graph: circles, and the longest chains of services that wait for each other."""

from itertools import pairwise

import networkx as nx

from meshhub.quantities import duration, plural
from topology.analysis.calls import Calls
from topology.analysis.model import Chain, Cycle
from topology.model import ServiceEdge

LONGEST_SHOWN_CYCLE = 12


def cycles(calls: Calls, at_most: int) -> tuple[tuple[Cycle, ...], int]:
    """One shortest circle for each group of services that reach each other, the largest groups first, and how many
    groups there are. All circles of a graph cannot be listed: there may be more than atoms."""
    groups = [set(group) for group in calls.groups if _is_circle(calls, group)]
    groups.sort(key=lambda part: (-len(part), min(part)))
    return tuple(_cycle(calls, part) for part in groups[:at_most]), len(groups)


def longest_chains(calls: Calls, edges: dict[str, ServiceEdge], at_most: int) -> tuple[Chain, ...]:
    """The longest way from each entry, the longest first: of synchronous calls only, if `calls` are those.

    A circle is passed once, by a shortest way through it, and counts as one step in what is the longest.
    """
    condensed = nx.condensation(calls.network)
    following: dict[int, int | None] = {}
    length: dict[int, int] = {}
    for part in reversed(list(nx.topological_sort(condensed))):
        best = max(condensed.successors(part), key=lambda each: (length[each], -each), default=None)
        following[part] = best
        length[part] = 1 if best is None else 1 + length[best]
    starts = sorted(
        {condensed.graph["mapping"][entry] for entry in calls.entries},
        key=lambda part: (-length[part], min(condensed.nodes[part]["members"])),
    )
    chains = []
    for start in starts[:at_most]:
        parts = _followed(start, following)
        nodes = _through(calls, [condensed.nodes[part]["members"] for part in parts])
        if len(nodes) > 1:
            chains.append(_chain(calls, nodes, edges))
    return tuple(chains)


def _is_circle(calls: Calls, part: tuple[str, ...]) -> bool:
    return len(part) > 1 or any(calls.network.has_edge(node, node) for node in part)


def _cycle(calls: Calls, part: set[str]) -> Cycle:
    first = min(part)
    if len(part) == 1:
        nodes = [first]
    else:
        inside = calls.network.subgraph(part)
        back = nx.single_target_shortest_path(inside, first)
        ways = [back[callee] for callee in sorted(inside.successors(first)) if callee != first]
        nodes = [first, *min(ways, key=lambda way: (len(way), way))[:-1]]
    edges = [calls.network.edges[one, other]["ids"][0] for one, other in zip(nodes, [*nodes[1:], first], strict=True)]
    names = [calls.name(node) for node in nodes[:LONGEST_SHOWN_CYCLE]]
    dots = " → …" if len(nodes) > LONGEST_SHOWN_CYCLE else ""
    text = f"{' → '.join(names)}{dots} → {calls.name(first)}"
    if len(part) > len(nodes):
        text += f"; {len(part)} services reach each other in circles"
    return Cycle(tuple(nodes), tuple(edges), f"{text}.")


def _followed(start: int, following: dict[int, int | None]) -> list[int]:
    parts = [start]
    while (part := following[parts[-1]]) is not None:
        parts.append(part)
    return parts


def _through(calls: Calls, parts: list[set[str]]) -> list[str]:
    """A way through these groups in their order, crossing each by a shortest way."""
    here = min(parts[0])
    if here not in calls.entries:
        here = min(node for node in parts[0] if node in calls.entries)
    nodes = [here]
    for part, after in pairwise(parts):
        ways = nx.single_source_shortest_path(calls.network.subgraph(part), here)
        doors = (
            (ways[node], callee) for node in sorted(ways) for callee in sorted(calls.network[node]) if callee in after
        )
        way, here = min(doors, key=lambda door: (len(door[0]), door))
        nodes += [*way[1:], here]
    return nodes


def _chain(calls: Calls, nodes: list[str], edges: dict[str, ServiceEdge]) -> Chain:
    ids = [calls.network.edges[one, other]["ids"][0] for one, other in pairwise(nodes)]
    latency = edges[ids[0]].headline.latency
    text = f"{plural(len(ids), 'call')} wait for each other: {' → '.join(calls.name(node) for node in nodes)}"
    text += f"; the first takes {duration(latency.p99)} at p99." if latency else "."
    return Chain(tuple(nodes), tuple(ids), text)
