"""The graph while it is being built: nodes, and edges that the enrichers fill in."""

from collections.abc import Collection, Sequence
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
    def of(cls, reports: Sequence[ServiceEdgeReport]) -> "Side":
        """The side that these reports of it are: several where a peer was named in ways that mean one workload, or
        names were taken together. A proxy that did not say where it stood spoke as a caller."""
        report = added(reports)
        return cls(
            report,
            reporter_of(report),
            report.family == TCP,
            dict(zip(*report.outcomes, strict=True)),
            tuple(each.relation for each in reports),
            latency_is_exact=len(reports) == 1,
        )


def reporter_of(report: ServiceEdgeReport) -> Reporter:
    """Which side it is of."""
    return Reporter.SERVER if report.reporter == "server" else Reporter.CLIENT


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

    def add(self, side: Side) -> None:
        """Take either side."""
        if side.reporter is Reporter.SERVER:
            self.server = side
        else:
            self.client = side

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
        """Add a side to its edge, which is made if it is not there."""
        family = side.report.family
        draft = self.edge(source, destination, family)
        if draft is None:
            draft = EdgeDraft(source, destination, family, evidence)
            self._edges[source.id, destination.id, family] = draft
            self._nodes[source.id] = source
            self._nodes[destination.id] = destination
        draft.add(side)
        self.sides.append(side)

    @property
    def edges(self) -> Collection[EdgeDraft]:
        """Every edge, in the order of their first reports."""
        return self._edges.values()

    @property
    def nodes(self) -> Collection[NodeKey]:
        """Every node, in the order of their first reports."""
        return self._nodes.values()
