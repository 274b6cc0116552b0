"""The service graph of a window as data: what the dashboard, the API and the analyses work on.

Everything is in a fixed order: nodes and edges by id, counted things by count (highest first), then by name.
Durations are microseconds, times are UTC.

All of it is to be read only. What a graph has tens of thousands of is not frozen all the same: to make a frozen
dataclass takes several times as long.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from meshhub.model import Reporter, TimeRange


class NodeKind(StrEnum):
    """What stands at a node."""

    SERVICE = "service"
    GATEWAY = "gateway"
    EXTERNAL = "external"
    """A host outside the mesh."""
    TCP = "tcp"
    """A service of the mesh that was only seen with TCP."""
    UNKNOWN = "unknown"
    """Nothing said who it is; `ServiceNode.known` has what is known."""
    DATABASE = "database"
    """A database that spans name; `ServiceNode.known` has its system."""
    QUEUE = "queue"
    """A messaging system that spans name; `ServiceNode.known` has which."""
    OTHERS = "others"
    """Names of one namespace that were too many to show, taken together; `ServiceNode.known` says how many."""


class Perspective(StrEnum):
    """What a node of the graph is."""

    SERVICE = "service"
    """All versions of a service together."""
    VERSION = "version"
    """Each version of a service by itself, as far as the reporting side knew it."""
    WORKLOAD = "workload"
    """Each workload (Deployment, StatefulSet, ...) of a service by itself, as far as the reporting side knew it."""


class Transport(StrEnum):
    """What an edge speaks."""

    HTTP = "http"
    GRPC = "grpc"
    TCP = "tcp"


class Evidence(StrEnum):
    """What an edge was measured by. Access logs have every request and stats count them, spans are what sampling let
    through."""

    ACCESS_LOG = "access_log"
    SPAN = "span"
    STATS = "stats"


Counts = Mapping[str, int]
"""Requests per name (a version, a flag, a gRPC status), most requests first, then by name."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader of the graph should know. `code` is stable, `text` is for people."""

    code: str
    text: str


@dataclass(slots=True)
class Rates:
    """How much: `requests` are connections for TCP. Bytes are of bodies, as Envoy counts them: `bytes_received` by the
    proxy from the caller, `bytes_sent` by the proxy to the caller."""

    requests: int
    per_second: float
    bytes_received: int
    bytes_sent: int


@dataclass(slots=True)
class Errors:
    """How many requests ended how. `share` is of all requests and leaves out 4xx; None when there were no requests."""

    share: float | None
    client_error_share: float | None
    by_kind: Counts
    """Every outcome but OK that occurred, named as meshhub.outcome.Outcome."""
    response_codes: Counts
    grpc_statuses: Counts


@dataclass(slots=True)
class Latency:
    """Duration at the reporting proxy, request start to response end: quantiles within 5 %, and the mean."""

    p50: float
    p90: float
    p95: float
    p99: float
    mean: float


@dataclass(slots=True)
class Encryption:
    """How connections between the two peers were secured. `mtls_share` is of the requests whose security is known and
    None where that is none of them."""

    mtls_share: float | None
    by_security: Counts
    """mtls, tls, plaintext, unknown."""
    source_principals: tuple[str, ...]
    destination_principals: tuple[str, ...]


@dataclass(slots=True)
class Retries:
    """`retries` = attempts - requests; `amplification` = attempts per request, None when there were no requests."""

    attempts: int
    retries: int
    amplification: float | None


@dataclass(slots=True)
class EdgeView:
    """What one side reported of an edge."""

    reporter: Reporter
    rates: Rates
    errors: Errors
    latency: Latency | None
    """None when no request has a duration."""
    flags: Counts
    """Envoy response flags; a request may have several."""
    encryption: Encryption
    retries: Retries
    source_versions: Counts
    destination_versions: Counts
    """Versions the side knew; requests of unknown version are not in it."""
    first_seen: datetime
    last_seen: datetime
    relations: tuple[int, ...] = ()
    """The numbers that stand for it in the store (edges.relation); one unless the peer was named in several ways."""
    source_workloads: Counts = field(default_factory=dict)
    destination_workloads: Counts = field(default_factory=dict)
    """Workloads the side knew; requests of unknown workload are not in it."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What the stats of the caller's proxies say of their connections to the callee, over the window.

    `ejections` are outlier ejections, `ejected_hosts` the most that one proxy had ejected at a time. `pool_overflows`
    are requests and connections that a circuit breaker refused, `retry_overflows` the retries. `open_circuit_breakers`
    are those that were open at some time: cx (connections), rq (requests), rq_pending, rq_retry. `active_connections`
    and `active_requests` are what is open and under way at the window's end, the most of its last minute.
    """

    ejections: int
    ejected_hosts: int
    pool_overflows: int
    retry_overflows: int
    connection_failures: int
    connection_timeouts: int
    open_circuit_breakers: tuple[str, ...]
    active_connections: int = 0
    active_requests: int = 0


@dataclass(frozen=True, slots=True)
class SignalCount:
    """What another signal than `ServiceEdge.measured_by` says of the same edge: the same calls again, never to be
    added. `share` is of the requests that the side's own report has, or the headline's where it has none."""

    signal: Evidence
    reporter: Reporter
    requests: int
    share: float | None
    error_share: float | None


@dataclass(slots=True)
class ServiceEdge:
    """Calls from one service to another. `client` and `server` are two views of the same calls, never to be added.

    A missing one is not measured, which is not the same as no traffic. `headline` is the one whose numbers stand for
    the edge: the client's where it is there, because it includes what never reached the server.
    """

    id: str
    source: str
    """Id of a node."""
    destination: str
    """Id of a node."""
    transport: Transport
    measured_by: Evidence
    headline: EdgeView
    client: EdgeView | None
    server: EdgeView | None
    notes: tuple[Note, ...]
    pool: Pool | None = None
    """None where stats say nothing but zeroes, or nothing at all."""
    security: Note | None = None
    """Why not all of it is mutual TLS; None where it is."""
    beside: tuple[SignalCount, ...] = ()
    """What the signals say that it is not measured by: stats first, then spans; clients first."""


@dataclass(frozen=True, slots=True)
class NodeTraffic:
    """Headline numbers of all edges into or out of a node, added up: each edge counted once."""

    requests: int
    per_second: float
    error_share: float | None
    client_error_share: float | None


@dataclass(frozen=True, slots=True)
class ServiceNode:
    """A service, or what is known of something that is none."""

    id: str
    kind: NodeKind
    cluster: str
    namespace: str
    service: str
    """The host of an external node; empty for an unknown one."""
    versions: tuple[str, ...]
    reporting: bool
    """Whether its own proxy sent access logs in the window. If not, it is not measured, only seen by others."""
    known: tuple[str, ...]
    """Of an unknown node, in words."""
    inbound: NodeTraffic | None
    outbound: NodeTraffic | None
    version: str = ""
    """Which version the node is, where versions are nodes of their own; empty where not known."""
    workload: str = ""
    """Which workload the node is, where workloads are nodes of their own; empty where not known."""
    workloads: tuple[str, ...] = ()
    """The workloads that it is of, as far as proxies told."""
    last_seen: datetime | None = None
    """Of an idle node, which had no traffic in the window: when its proxy last reported some before."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class ServiceGraph:
    """The graph of a window. `truncated` says that not all of it is shown; `notes` say what was left out."""

    window: TimeRange
    nodes: tuple[ServiceNode, ...]
    edges: tuple[ServiceEdge, ...]
    truncated: bool
    perspective: Perspective = Perspective.SERVICE
    notes: tuple[Note, ...] = ()
