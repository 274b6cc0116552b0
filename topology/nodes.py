"""The nodes of a graph, from its edges: what kind they are, who reports, what passes through them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from topology.crowd import Crowd
from topology.draft import EdgeDraft, GraphDraft, Side
from topology.identity import DATABASE, EXTERNAL, OTHERS, QUEUE, SERVICE, Directory, NodeKey
from topology.model import Evidence, NodeKind, NodeTraffic, ServiceNode

GATEWAY_ROLE = "gateway"


def build_nodes(draft: GraphDraft, directory: Directory, crowd: Crowd) -> tuple[ServiceNode, ...]:
    """Every node at the end of an edge, by id. The draft must be enriched."""
    gathered = {key.id: _Gathered(key.sort not in _NAMED) for key in draft.nodes}
    for edge in draft.edges:
        gathered[edge.source.id].leaving(edge)
        gathered[edge.destination.id].entering(edge)
    nodes = (_node(key, gathered[key.id], directory, crowd) for key in draft.nodes)
    return tuple(sorted(nodes, key=lambda node: node.id))


@dataclass(slots=True)
class _Traffic:
    requests: int = 0
    per_second: float = 0.0
    failed: float = 0.0
    client_errors: float = 0.0
    edges: int = 0

    def add(self, side: Side, elsewhere: int) -> None:
        """Add a side without those of its requests that count on other edges."""
        rates, errors = side.rates, side.errors
        requests, per_second = rates.requests, rates.per_second
        if elsewhere:
            requests = max(0, requests - elsewhere)
            if not requests:
                return
            per_second *= requests / rates.requests
        self.edges += 1
        self.requests += requests
        self.per_second += per_second
        if errors.by_kind:
            self.failed += (errors.share or 0.0) * requests
            self.client_errors += (errors.client_error_share or 0.0) * requests

    def absorb(self, other: "_Traffic") -> None:
        self.edges += other.edges
        self.requests += other.requests
        self.per_second += other.per_second
        self.failed += other.failed
        self.client_errors += other.client_errors

    def total(self) -> NodeTraffic | None:
        if not self.edges:
            return None
        if not self.requests:
            return NodeTraffic(0, self.per_second, None, None)
        return NodeTraffic(
            self.requests, self.per_second, self.failed / self.requests, self.client_errors / self.requests
        )


@dataclass(slots=True)
class _Gathered:
    nameless: bool
    """Of such a node it is told who its peers are, and what is said of the calls to it."""
    inbound: _Traffic = field(default_factory=_Traffic)
    sampled: _Traffic = field(default_factory=_Traffic)
    """What only spans say of calls to it."""
    logged: bool = False
    """Whether its own proxy logged calls to it: then it logged all of them, and spans are of some of these."""
    outbound: _Traffic = field(default_factory=_Traffic)
    versions: set[str] = field(default_factory=set)
    workloads: set[str] = field(default_factory=set)
    families: set[str] = field(default_factory=set)
    gateway: bool = False
    peers: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)
    systems: set[str] = field(default_factory=set)

    def leaving(self, edge: EdgeDraft) -> None:
        self.outbound.add(edge.headline, edge.counted_at_callers)
        self.families.add(edge.family)
        if self.nameless:
            self.peers.add(edge.destination.service)
        if edge.source.sort == QUEUE:
            self.systems.add(edge.headline.report.source_role.partition("/")[2])
        if edge.client is not None:
            self.versions.update(edge.client.report.source_versions)
            self.workloads.update(edge.client.report.source_workloads)
            self.gateway |= edge.client.report.source_role == GATEWAY_ROLE
        if edge.server is not None:
            self.versions.update(edge.server.report.source_versions)
            self.workloads.update(edge.server.report.source_workloads)

    def entering(self, edge: EdgeDraft) -> None:
        by_spans = edge.measured_by is Evidence.SPAN
        (self.sampled if by_spans and edge.source.sort != QUEUE else self.inbound).add(
            edge.headline, edge.counted_at_callees
        )
        self.logged |= not by_spans and edge.server is not None
        self.families.add(edge.family)
        if self.nameless:
            self.peers.add(edge.source.service)
        if edge.destination.sort != SERVICE:
            self.flags.update(edge.headline.flags)
            self.systems.add(edge.headline.report.destination_kind.partition("/")[2])
        if edge.client is not None:
            self.versions.update(edge.client.report.destination_versions)
            self.workloads.update(edge.client.report.destination_workloads)
        if edge.server is not None:
            self.versions.update(edge.server.report.destination_versions)
            self.workloads.update(edge.server.report.destination_workloads)

    def answered(self) -> NodeTraffic | None:
        """All calls to it, each once."""
        if not self.logged:
            self.inbound.absorb(self.sampled)
        return self.inbound.total()


_NAMED = (SERVICE, EXTERNAL, DATABASE, QUEUE)
"""Sorts whose name is in `service`."""


def _node(key: NodeKey, gathered: _Gathered, directory: Directory, crowd: Crowd) -> ServiceNode:
    return ServiceNode(
        key.id,
        _kind(key, gathered),
        key.cluster,
        key.namespace,
        key.service if key.sort in _NAMED else "",
        tuple(sorted(gathered.versions - {""})) if key.sort != OTHERS else (),
        directory.reports(key),
        tuple(_known(key, gathered, crowd)),
        gathered.answered(),
        gathered.outbound.total(),
        key.version,
        workload=key.workload,
        workloads=tuple(sorted(gathered.workloads - {""})) if key.sort != OTHERS else (),
    )


def _kind(key: NodeKey, gathered: _Gathered) -> NodeKind:
    if key.sort != SERVICE:
        return _KINDS.get(key.sort, NodeKind.UNKNOWN)
    if gathered.gateway:
        return NodeKind.GATEWAY
    return NodeKind.TCP if gathered.families == {"tcp"} else NodeKind.SERVICE


_KINDS = {
    EXTERNAL: NodeKind.EXTERNAL,
    DATABASE: NodeKind.DATABASE,
    QUEUE: NodeKind.QUEUE,
    OTHERS: NodeKind.OTHERS,
}


def _known(key: NodeKey, gathered: _Gathered, crowd: Crowd) -> Iterable[str]:
    """What is known of a node that is no service, in words."""
    if key.sort in (DATABASE, QUEUE):
        yield from sorted(filter(None, gathered.systems))
    elif key.sort == OTHERS:
        yield crowd.describe(key)
    elif key.sort not in _NAMED:
        yield from _unknown(key, gathered)


def _unknown(key: NodeKey, gathered: _Gathered) -> Iterable[str]:
    peers = ", ".join(sorted(filter(None, gathered.peers)))
    if key.service:
        yield f"certificate {key.service}"
    if gathered.outbound.edges:
        yield f"calls {peers}"
        if not key.service:
            yield "shows no certificate: outside the mesh, or its proxy does not use mutual TLS"
    if gathered.inbound.edges or gathered.sampled.edges:
        yield f"called by {peers}"
        yield "the caller's proxy named no destination: no route matched, or it passed the connection through unseen"
        if gathered.flags:
            yield f"response flags {', '.join(sorted(gathered.flags))}"
