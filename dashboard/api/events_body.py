"""What the live graph looks like at a glance, and what changed between two of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from typing_extensions import TypedDict

from topology.health import HealthReport
from topology.model import ServiceGraph

MAX_NAMED = 200
"""Ids that an event names of each kind; more are only counted."""


class ChangedBody(TypedDict):
    """Ids of what came, went or changed its state, at most 200 each; `counts` has how many there are."""

    added: list[str]
    removed: list[str]
    health: dict[str, str]
    counts: dict[str, int]


class GraphEventBody(TypedDict):
    """The data of an event. `first` is how things stand when one begins to listen: it names nothing."""

    end: datetime
    first: bool
    nodes: int
    edges: int
    states: dict[str, int]
    changed: ChangedBody


@dataclass(frozen=True, slots=True)
class Glance:
    """The state of every node and edge by id, and when."""

    end: datetime
    nodes: Mapping[str, str]
    edges: Mapping[str, str]

    @classmethod
    def of(cls, graph: ServiceGraph, health: HealthReport) -> "Glance":
        """What a graph and its verdicts look like."""
        return cls(
            graph.window.end,
            {name: verdict.health.value for name, verdict in health.nodes.items()},
            {name: verdict.health.value for name, verdict in health.edges.items()},
        )

    @property
    def states(self) -> Mapping[str, str]:
        return {**self.nodes, **self.edges}


@dataclass(frozen=True, slots=True)
class Change:
    """From one glance to another; from None where there was none before."""

    before: Glance | None
    after: Glance

    def then(self, other: "Change") -> "Change":
        """Both changes as one."""
        return Change(self.before, other.after)

    def body(self) -> GraphEventBody:
        """As it is sent."""
        before, after = self.before.states if self.before else self.after.states, self.after.states
        added = sorted(after.keys() - before.keys())
        removed = sorted(before.keys() - after.keys())
        changed = {name: state for name, state in sorted(after.items()) if before.get(name, state) != state}
        states: dict[str, int] = {}
        for state in self.after.edges.values():
            states[state] = states.get(state, 0) + 1
        return {
            "end": self.after.end,
            "first": self.before is None,
            "nodes": len(self.after.nodes),
            "edges": len(self.after.edges),
            "states": dict(sorted(states.items())),
            "changed": {
                "added": added[:MAX_NAMED],
                "removed": removed[:MAX_NAMED],
                "health": dict(list(changed.items())[:MAX_NAMED]),
                "counts": {"added": len(added), "removed": len(removed), "health": len(changed)},
            },
        }


def changes_between(before: Glance | None, after: Glance) -> Change | None:
    """What changed; None where nothing that clients are told of did."""
    if before is not None and (before.nodes, before.edges) == (after.nodes, after.edges):
        return None
    return Change(before, after)
