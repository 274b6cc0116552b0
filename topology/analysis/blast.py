"""Who is affected if a node fails, by share of traffic."""

import networkx as nx

from meshhub.quantities import plural, share
from topology.analysis.calls import Calls
from topology.analysis.model import Affected, BlastRadius

ROUNDS = 50
"""Rounds of estimation inside circles of services; shares only grow, and stop growing soon."""

SETTLED = 1e-6
SMALLEST_SHARE = 0.0005
"""What rounds to no per mille is not called affected."""


def blast_radius(calls: Calls, node: str) -> BlastRadius:
    """Who fails with a node, assuming that a request fails if any call that it makes fails.

    A caller makes so many calls to each callee per request that it answers; where it answers none, its own calls are
    its requests. Calls to several callees are taken as independent of each other. Retries, caches and fallbacks make
    the truth smaller; hard dependencies that are used together make it smaller, too.
    """
    impacts = estimate_impacts(calls, node)
    distances = nx.single_source_shortest_path_length(calls.network.reverse(copy=False), node)
    affected = sorted(
        (
            Affected(name, impact, distances[name], impact * calls.entering(name))
            for name, impact in impacts.items()
            if name != node and impact >= SMALLEST_SHARE
        ),
        key=lambda each: (-each.share, each.distance, each.node),
    )
    entries = tuple(each for each in affected if each.node in calls.entries)
    part = entering_share(calls, impacts)
    return BlastRadius(node, part, tuple(affected), entries, _words(calls, node, part, affected))


def estimate_impacts(calls: Calls, node: str) -> dict[str, float]:
    """Which share of each caller's requests fails with a node, itself included (all of them)."""
    upstream = nx.ancestors(calls.network, node)
    impacts = dict.fromkeys(upstream, 0.0) | {node: 1.0}
    for group in calls.groups:
        members = [name for name in group if name in upstream and name != node]
        for _ in range(ROUNDS if len(members) > 1 else 1):
            moved = 0.0
            for name in members:
                impact = _impact(calls, name, impacts)
                moved = max(moved, impact - impacts[name])
                impacts[name] = impact
            if moved < SETTLED:
                break
    return impacts


def entering_share(calls: Calls, impacts: dict[str, float]) -> float | None:
    """Which share of all requests that enter the graph fails; None where none enter."""
    entering = sum(calls.entering(entry) for entry in calls.entries)
    if not entering:
        return None
    return sum(impacts.get(entry, 0.0) * calls.entering(entry) for entry in calls.entries) / entering


def _impact(calls: Calls, caller: str, impacts: dict[str, float]) -> float:
    if not calls.inbound[caller]:  # each of its calls is a request of its own
        failing = 0.0
        for callee, part in calls.parts[caller]:
            if callee in impacts:
                failing += part * impacts[callee]
        return min(1.0, failing)
    well = 1.0
    for callee, part in calls.parts[caller]:
        if callee in impacts:
            well *= 1.0 - part * impacts[callee]
    return 1.0 - well


def _words(calls: Calls, node: str, part: float | None, affected: list[Affected]) -> str:
    name = calls.name(node)
    if not affected:
        return f"Nobody is known to depend on {name}."
    words = f"If {name} fails, {plural(len(affected), 'other')} {'is' if len(affected) == 1 else 'are'} affected"
    return f"{words}, and {share(part)} of all requests that enter." if part is not None else f"{words}."
