"""Rows of the service graph."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class ServiceEdgeReport:
    """What one side said of all calls from one service to another over a window (tables edges and
    edges_rollup; by stats edges_counters).

    Versions and workloads (Deployments and the like) are together and `source_version`, `source_workload` and those of
    the destination are empty, unless it was asked by them.

    `family` is "tcp" for connections, else "http". `outcomes` are keys (response code, gRPC status or -1, response
    flags, security) and, in a second list of the same length, their requests; versions and
    workloads map to requests, "" is unknown.
    Principals are SPIFFE ids, sorted.
    `latency_us` are the 0.5, 0.9, 0.95 and 0.99 quantiles of the duration in microseconds, within 5 %.
    By stats there is no duration, and `tls_reasons` say in the words of the mesh why connections have no TLS.
    `first_seen` and `last_seen` are the first and last ten seconds (by stats: minutes) with a request. `relation` is
    the number that stands for the names, the signal, the reporter and the family in the tables.

    Not frozen, because a window has tens of thousands, and to make a frozen one takes several times as long.
    """

    signal: str
    reporter: str
    source_role: str
    source_cluster: str
    source_namespace: str
    source_service: str
    destination_kind: str
    destination_cluster: str
    destination_namespace: str
    destination_service: str
    family: str
    requests: int
    grpc_requests: int
    attempts: int
    bytes_sent: int
    bytes_received: int
    duration_us_sum: int
    latency_us: list[float]
    outcomes: tuple[list[tuple[int, int, str, str]], list[int]]
    source_versions: dict[str, int]
    destination_versions: dict[str, int]
    source_principals: list[str]
    destination_principals: list[str]
    first_seen: datetime
    last_seen: datetime
    source_version: str = ""
    destination_version: str = ""
    source_workload: str = ""
    destination_workload: str = ""
    source_workloads: dict[str, int] = field(default_factory=dict)
    destination_workloads: dict[str, int] = field(default_factory=dict)
    relation: int = 0
    tls_reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EdgeCounts:
    """The numbers of all series of a window, as columns (tables edges and edges_rollup).

    A place in the lists is a series, whose name is a `SeriesName`: a call relation with one outcome and one pair of
    principals. `edge` stands for the relation, or for one pair of its versions or workloads. Times are Unix
    seconds.
    """

    edge: list[int]
    series: list[int]
    requests: list[int]
    attempts: list[int]
    bytes_sent: list[int]
    bytes_received: list[int]
    duration_us_sum: list[int]
    first_seen: list[int]
    last_seen: list[int]


@dataclass(frozen=True, slots=True)
class EdgeLatencies:
    """The latency of all edges of a window, as columns (tables edges and edges_rollup): quantiles in microseconds."""

    edge: list[int]
    p50: list[float]
    p90: list[float]
    p95: list[float]
    p99: list[float]


@dataclass(frozen=True, slots=True)
class SeriesName:
    """What a series of `EdgeCounts` is called, which is the same for all time."""

    series: int
    relation: int
    signal: str
    reporter: str
    source_role: str
    source_cluster: str
    source_namespace: str
    source_service: str
    source_version: str
    source_workload: str
    destination_kind: str
    destination_cluster: str
    destination_namespace: str
    destination_service: str
    destination_version: str
    destination_workload: str
    transport: str
    security: str
    response_code: int
    grpc_status: int
    response_flags: str
    source_principal: str
    destination_principal: str


@dataclass(frozen=True, slots=True)
class EdgesSince:
    """The start of the oldest ten seconds with an edge, and of the newest minute that stats count calls in.

    Unix seconds, 0 where there is none.
    """

    since: int
    counted_until: int = 0


@dataclass(frozen=True, slots=True)
class PoolReport:
    """What the stats of a caller's proxies say of their pool for one upstream over a window (table edges_stats).

    `upstream` is the name in the stats, the destination what meshhub_destination makes of it. Counters by how much they
    grew, over all instances; `ejected_hosts` is the most that one proxy had ejected at a time. `active_connections` and
    `active_requests` are those of all instances at the end of the window (the highest of the minute).
    """

    source_cluster: str
    source_namespace: str
    source_service: str
    upstream: str
    destination_kind: str
    destination_namespace: str
    destination_service: str
    ejections: int
    ejected_hosts: int
    pool_overflows: int
    retry_overflows: int
    connection_failures: int
    connection_timeouts: int
    open_circuit_breakers: list[str]
    active_connections: int = 0
    active_requests: int = 0


@dataclass(frozen=True, slots=True)
class SeenWorkload:
    """A workload whose proxies reported (table edges_rollup), by the whole hours in which it did."""

    cluster: str
    namespace: str
    service: str
    gateway: bool
    versions: list[str]
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class RecentCalls:
    """The last seconds of one call relation (table edges).

    `outcomes` are keys (response code, gRPC status or -1, response flags, whether it is a TCP connection) and, in a
    second list of the same length, their requests; what went well is not among them. `latency_us` as in
    ServiceEdgeReport. `attempts` are requests plus retries.
    """

    relation: int
    requests: int
    outcomes: tuple[list[tuple[int, int, str, bool]], list[int]]
    duration_us_sum: int
    latency_us: list[float]
    attempts: int
