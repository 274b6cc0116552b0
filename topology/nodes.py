"""The nodes of a graph, from its edges: what kind they are, who reports, what passes through them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from topology.draft import EdgeDraft, GraphDraft, Side
from topology.identity import EXTERNAL, SERVICE, Directory, NodeKey
from topology.model import NodeKind, NodeTraffic, ServiceNode

GATEWAY_ROLE = "gateway"


def build_nodes(draft: GraphDraft, directory: Directory) -> tuple[ServiceNode, ...]:
    """Every node at the end of an edge, by id. The draft must be enriched."""
    gathered = {key.id: _Gathered() for key in draft.nodes()}
    for edge in draft.edges:
        gathered[edge.source.id].leaving(edge)
        gathered[edge.destination.id].entering(edge)
    nodes = (_node(key, gathered[key.id], directory) for key in draft.nodes())
    return tuple(sorted(nodes, key=lambda node: node.id))


@dataclass(slots=True)
class _Traffic:
    requests: int = 0
    per_second: float = 0.0
    failed: float = 0.0
    client_errors: float = 0.0
    edges: int = 0

    def add(self, side: Side) -> None:
        requests, errors = side.report.requests, side.errors
        self.edges += 1
        self.requests += requests
        self.per_second += side.rates.per_second
        if errors.by_kind:
            self.failed += (errors.share or 0.0) * requests
            self.client_errors += (errors.client_error_share or 0.0) * requests

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
    inbound: _Traffic = field(default_factory=_Traffic)
    outbound: _Traffic = field(default_factory=_Traffic)
    versions: set[str] = field(default_factory=set)
    families: set[str] = field(default_factory=set)
    gateway: bool = False
    peers: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)

    def leaving(self, edge: EdgeDraft) -> None:
        self.outbound.add(edge.headline)
        self.families.add(edge.family)
        self.peers.add(edge.destination.service)
        if edge.client is not None:
            self.versions.update(edge.client.report.source_versions)
            self.gateway |= edge.client.report.source_role == GATEWAY_ROLE
        if edge.server is not None:
            self.versions.update(edge.server.report.source_versions)

    def entering(self, edge: EdgeDraft) -> None:
        self.inbound.add(edge.headline)
        self.families.add(edge.family)
        self.peers.add(edge.source.service)
        if edge.destination.sort != SERVICE:
            self.flags.update(edge.headline.flags)
        if edge.client is not None:
            self.versions.update(edge.client.report.destination_versions)
        if edge.server is not None:
            self.versions.update(edge.server.report.destination_versions)


def _node(key: NodeKey, gathered: _Gathered, directory: Directory) -> ServiceNode:
    mesh = key.sort == SERVICE
    known = () if mesh or key.sort == EXTERNAL else tuple(_known(key, gathered))
    return ServiceNode(
        key.id,
        _kind(key, gathered),
        key.cluster,
        key.namespace,
        key.service if mesh or key.sort == EXTERNAL else "",
        tuple(sorted(gathered.versions - {""})),
        directory.reports(key),
        known,
        gathered.inbound.total(),
        gathered.outbound.total(),
    )


def _kind(key: NodeKey, gathered: _Gathered) -> NodeKind:
    if key.sort == EXTERNAL:
        return NodeKind.EXTERNAL
    if key.sort != SERVICE:
        return NodeKind.UNKNOWN
    if gathered.gateway:
        return NodeKind.GATEWAY
    return NodeKind.TCP if gathered.families == {"tcp"} else NodeKind.SERVICE


def _known(key: NodeKey, gathered: _Gathered) -> Iterable[str]:
    """What is known of an unknown node, in words."""
    peers = ", ".join(sorted(filter(None, gathered.peers)))
    if key.service:
        yield f"certificate {key.service}"
    if gathered.outbound.edges:
        yield f"calls {peers}"
        if not key.service:
            yield "shows no certificate: outside the mesh, or its proxy does not use mutual TLS"
    if gathered.inbound.edges:
        yield f"called by {peers}"
        yield "the caller's proxy named no destination: no route matched, or it passed the connection through unseen"
        if gathered.flags:
            yield f"response flags {', '.join(sorted(gathered.flags))}"
