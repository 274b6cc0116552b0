"""The graph while it is being built: nodes, and edges that the enrichers fill in."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from meshhub.model import Reporter
from meshhub.outcome import is_unreached
from storage.records.edges import ServiceEdgeReport
from topology.addition import added
from topology.identity import NodeKey
from topology.model import Counts, Encryption, Errors, Evidence, Latency, Pool, Rates, Retries

TCP = "tcp"
"""The family of connections; the other one is "http"."""

Placed = tuple[ServiceEdgeReport, NodeKey, NodeKey]
"""A report and the nodes of its caller and callee."""

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
    def of(cls, reports: Sequence[ServiceEdgeReport], reporter: Reporter) -> "Side":
        """The side that these reports of it are: several where a peer was named in ways that mean one workload, or
        names were taken together."""
        report = reports[0] if len(reports) == 1 else added(reports)
        keys, requests = report.outcomes
        return cls(
            report,
            reporter,
            report.family == TCP,
            {keys[0]: requests[0]} if len(keys) == 1 else dict(zip(keys, requests, strict=True)),
            (report.relation,) if len(reports) == 1 else tuple([each.relation for each in reports]),
            len(reports) == 1,
        )

    @property
    def unreached(self) -> int:
        """How many of a caller's requests ended without a last attempt that the callee's proxy could see."""
        return sum(requests for (_, _, flags, _), requests in self.outcomes.items() if is_unreached(flags))


@dataclass(frozen=True, slots=True)
class Overlap:
    """What both sides say of the same calls, which are on several edges: all of the callers' and of the callees'.

    `part` is what tells these edges apart: version or workload.
    """

    client: Side
    server: Side
    part: str


@dataclass(slots=True)
class EdgeDraft:
    """One edge: its two sides, of which at least one is there once it is in a graph.

    Where workloads or versions are nodes, calls can be on several edges (topology.overlap): `overlap` is what is said
    of all of these, `named_by` how many are on edges that weaker evidence names. `counted_at_callers` and
    `counted_at_callees` are those which other edges have too, that know that end better: they count there.
    """

    source: NodeKey
    destination: NodeKey
    family: str
    measured_by: Evidence
    client: Side | None = None
    server: Side | None = None
    pool: Pool | None = None
    beside: list[ServiceEdgeReport] = field(default_factory=list)
    """Reports of weaker evidence, of the same calls."""
    overlap: Overlap | None = None
    named_by: dict[Evidence, int] = field(default_factory=dict)
    counted_at_callers: int = 0
    counted_at_callees: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        """Ids of the ends, and the family."""
        return self.source.id, self.destination.id, self.family

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

    def add(self, placed: Iterable[Placed], evidence: Evidence) -> None:
        """Add the reports of one kind of evidence. An edge that is there by another one keeps them beside its own.

        Each side is added up once, of all its reports: a node that stands for many names has very many. A proxy that
        did not say where it stood spoke as a caller.
        """
        gathered: dict[tuple[str, str, str], tuple[Placed, list[ServiceEdgeReport], list[ServiceEdgeReport]]] = {}
        for each in placed:
            report, source, destination = each
            key = source.id, destination.id, report.family
            there = self._edges.get(key)
            if there is not None:
                there.beside.append(report)
                continue
            found = gathered.get(key)
            if found is None:
                found = gathered[key] = each, [], []
            (found[2] if report.reporter == "server" else found[1]).append(report)
        for key, ((_, source, destination), client, server) in gathered.items():
            edge = EdgeDraft(source, destination, key[2], evidence)
            if client:
                edge.client = Side.of(client, Reporter.CLIENT)
                self.sides.append(edge.client)
            if server:
                edge.server = Side.of(server, Reporter.SERVER)
                self.sides.append(edge.server)
            self._edges[key] = edge
            self._nodes[source.id] = source
            self._nodes[destination.id] = destination

    def add_beside(self, placed: Iterable[Placed]) -> None:
        """Add reports to the edges that are there; those of others have no place."""
        for report, source, destination in placed:
            there = self._edges.get((source.id, destination.id, report.family))
            if there is not None:
                there.beside.append(report)

    def leave_out(self, edges: Iterable[EdgeDraft]) -> None:
        """Leave out these edges, and nodes that have none without them. The sides are those of the other edges then,
        and of what they overlap with."""
        for edge in edges:
            del self._edges[edge.key]
        self._nodes = {node.id: node for edge in self.edges for node in (edge.source, edge.destination)}
        self.sides = [side for edge in self.edges for side in (edge.client, edge.server) if side]
        overlaps = {id(edge.overlap): edge.overlap for edge in self.edges if edge.overlap}
        self.sides += [side for each in overlaps.values() for side in (each.client, each.server)]

    @property
    def edges(self) -> Collection[EdgeDraft]:
        """Every edge, in the order of their first reports."""
        return self._edges.values()

    @property
    def nodes(self) -> Collection[NodeKey]:
        """Every node, in the order of their first reports."""
        return self._nodes.values()
