"""The graph while it is being built: nodes, and edges that the enrichers fill in."""

from collections.abc import Collection
from dataclasses import dataclass, field

from meshhub.model import Reporter
from storage.records.edges import ServiceEdgeReport
from topology.addition import added
from topology.identity import NodeKey
from topology.model import Counts, Encryption, Errors, Evidence, Latency, Pool, Rates, Retries

TCP = "tcp"
"""The family of connections; the other one is "http"."""

OutcomeKey = tuple[int, int, str, str]
"""Response code, gRPC status (-1: none), response flags, security."""


@dataclass(slots=True)
class Side:
    """What one side reported of an edge. The last six fields are the enrichers' to fill."""

    report: ServiceEdgeReport
    reporter: Reporter
    tcp: bool
    outcomes: dict[OutcomeKey, int]
    """Requests per outcome; they add up to the requests of the report."""
    relations: tuple[int, ...] = ()
    latency_is_exact: bool = True
    rates: Rates = field(init=False)
    errors: Errors = field(init=False)
    latency: Latency | None = field(init=False)
    flags: Counts = field(init=False)
    encryption: Encryption = field(init=False)
    retries: Retries = field(init=False)

    @classmethod
    def of(cls, report: ServiceEdgeReport) -> "Side":
        """The side that one report is. A proxy that did not say where it stood spoke as a caller."""
        reporter = Reporter.SERVER if report.reporter == "server" else Reporter.CLIENT
        outcomes = dict(zip(*report.outcomes, strict=True))
        return cls(report, reporter, report.family == TCP, outcomes, (report.relation,))

    def absorb(self, other: "Side") -> None:
        """Add another report of the same side and edge: the peer was named in two ways that mean one workload."""
        self.report = added(self.report, other.report)
        self.outcomes = dict(zip(*self.report.outcomes, strict=True))
        self.relations += other.relations
        self.latency_is_exact = False


@dataclass(slots=True)
class EdgeDraft:
    """One edge: its two sides, of which at least one is there once it is in a graph."""

    source: NodeKey
    destination: NodeKey
    family: str
    measured_by: Evidence
    client: Side | None = None
    server: Side | None = None
    pool: Pool | None = None

    def add(self, side: Side) -> bool:
        """Take a report of either side. Whether it is the side's first."""
        served = side.reporter is Reporter.SERVER
        present = self.server if served else self.client
        if present is not None:
            present.absorb(side)
            return False
        if served:
            self.server = side
        else:
            self.client = side
        return True

    @property
    def headline(self) -> Side:
        side = self.client or self.server
        if side is None:
            raise LookupError("could not name the headline of an edge: it has no report")
        return side


class GraphDraft:
    """The edges between nodes. `seconds` is what the reports cover.

    `sides` are the sides of all edges.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.sides: list[Side] = []
        self._nodes: dict[str, NodeKey] = {}
        self._edges: dict[tuple[str, str, str], EdgeDraft] = {}

    def edge(self, source: NodeKey, destination: NodeKey, family: str) -> EdgeDraft | None:
        """The edge, if it is there."""
        return self._edges.get((source.id, destination.id, family))

    def add(self, source: NodeKey, destination: NodeKey, evidence: Evidence, side: Side) -> None:
        """Add a report to its edge, which is made if it is not there."""
        family = side.report.family
        draft = self.edge(source, destination, family)
        if draft is None:
            draft = EdgeDraft(source, destination, family, evidence)
            self._edges[source.id, destination.id, family] = draft
            self._nodes[source.id] = source
            self._nodes[destination.id] = destination
        if draft.add(side):
            self.sides.append(side)

    @property
    def edges(self) -> Collection[EdgeDraft]:
        """Every edge, in the order of their first reports."""
        return self._edges.values()

    @property
    def nodes(self) -> Collection[NodeKey]:
        """Every node, in the order of their first reports."""
        return self._nodes.values()
