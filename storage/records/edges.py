"""Rows of the service graph."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ServiceEdgeReport:
    """What one side said of all calls from one service to another over a window (tables edges, edges_rollup and
    edges_latency).

    Versions are together and `source_version` and `destination_version` are empty, unless it was asked by version.

    `family` is "tcp" for connections, else "http". `outcomes` are keys (response code, gRPC status or -1, response
    flags, security) and, in a second list of the same length, their requests; versions map to requests, "" is unknown.
    Principals are SPIFFE ids, sorted.
    `latency_us` are the 0.5, 0.9, 0.95 and 0.99 quantiles of the duration in microseconds, within 1 %.
    `first_seen` and `last_seen` are the first and last ten seconds with a request. `relation` is the number that stands
    for the names, the signal, the reporter and the family in the tables.
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
    relation: int = 0


@dataclass(frozen=True, slots=True)
class EdgesSince:
    """The start of the oldest ten seconds with an edge, in Unix seconds; 0 where there is none."""

    since: int


@dataclass(frozen=True, slots=True)
class PoolReport:
    """What the stats of a caller's proxies say of their pool for one upstream over a window (table edges_stats).

    `upstream` is the name in the stats, the destination what meshhub_destination makes of it. Counters by how much they
    grew, over all instances; `ejected_hosts` is the most that one proxy had ejected at a time.
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


@dataclass(frozen=True, slots=True)
class SeenWorkload:
    """A workload whose proxies reported (table edges_rollup), by the whole hours in which it did."""

    cluster: str
    namespace: str
    service: str
    gateway: bool
    versions: list[str]
    last_seen: datetime
