"""Findings about the shape of a graph, as data. Nodes and edges are named by id; `text` is for people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Affected:
    """A node that fails, in part, when another one does.

    `share` is the share of its own requests, 0 to 1; `distance` is the number of calls in between.
    """

    node: str
    share: float
    distance: int
    per_second: float
    """Its requests that would fail."""


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """Who is affected if a node fails.

    `affected` are its callers, direct and not, most affected first; `entries` those of them where traffic enters.
    `share` is of all requests that enter the graph; None where none do.
    """

    node: str
    share: float | None
    affected: tuple[Affected, ...]
    entries: tuple[Affected, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Cycle:
    """Services that call each other in a circle: each calls the next, the last the first."""

    nodes: tuple[str, ...]
    edges: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class SinglePoint:
    """A node that lies on every way to others: nothing goes around it.

    `behind` are the nodes that are reached through it only, `share` what part of the requests that enter the graph
    would fail with it.
    """

    node: str
    behind: tuple[str, ...]
    share: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A way of synchronous calls: each service waits for the next. A circle of services counts as one step."""

    nodes: tuple[str, ...]
    edges: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class FanOut:
    """How many others a node calls, and how many calls one request to it makes (None where nobody calls it)."""

    node: str
    callees: int
    calls_per_request: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Orphan:
    """A service without traffic: nobody calls it and it calls nobody."""

    node: str
    text: str


@dataclass(frozen=True, slots=True)
class GraphAnalysis:
    """What the shape of a graph says. Each list has the weightiest first and is cut at a length; `limits` say of which.

    `entries` are the nodes where traffic enters, sorted by id.
    """

    entries: tuple[str, ...]
    blast: tuple[BlastRadius, ...]
    """The nodes whose failure hurts most of the entering requests."""
    cycles: tuple[Cycle, ...]
    single_points: tuple[SinglePoint, ...]
    chains: tuple[Chain, ...]
    fan_out: tuple[FanOut, ...]
    orphans: tuple[Orphan, ...]
    limits: tuple[str, ...]
