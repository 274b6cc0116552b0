"""What the dashboard shows of services: the list of all, and one of them in full.

Everything is in a fixed order. Durations are microseconds, times UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from meshhub.model import TimeRange
from storage.records.services import ServiceRequest, SignalReport
from topology.canary import Comparison
from topology.model import Latency, ServiceEdge, ServiceGraph, ServiceNode
from topology.outliers import Outlier
from topology.tally import Tally


class Side(StrEnum):
    """Who reported the numbers of a service."""

    CALLERS = "callers"
    """Its callers' proxies: what they asked of it, also what never reached it."""
    OWN = "own"
    """Its own proxy: what it answered."""
    CALLS = "calls"
    """Its own proxy: what it asked of others."""


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service of the list. `side` says whose numbers these are; None where nothing was measured."""

    node: ServiceNode
    side: Side | None
    requests: int
    per_second: float | None
    error_share: float | None
    latency: Latency | None
    before: Latency | None
    """Of the window before, of the same length; None where it had too few requests to be compared with."""
    instances: int | None
    """Proxies that reported; None where its own proxy did not report."""
    course: tuple[int, ...]
    """Requests in equal parts of the window, by time."""


@dataclass(frozen=True, slots=True)
class ServiceList:
    """Every service of a window, by node id. `graph` is what they are the nodes of."""

    graph: ServiceGraph
    rows: tuple[ServiceRow, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """The requests of one route and method. An empty name: the proxy named no route."""

    method: str
    name: str
    transport: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Version:
    """The requests of one version, beside the version with the most. An empty name: nobody named it.

    `born` is its first minute in all that is stored; None where it is the version that there was from the start.
    """

    name: str
    tally: Tally
    comparison: Comparison
    first_seen: datetime
    last_seen: datetime
    born: datetime | None


@dataclass(frozen=True, slots=True)
class Instance:
    """What one instance's proxy reported, and in which ways it does worse than the others."""

    name: str
    versions: tuple[str, ...]
    last_seen: datetime
    tally: Tally
    outliers: tuple[Outlier, ...]


@dataclass(frozen=True, slots=True)
class SloStanding:
    """How one objective of a service stands. `budget_left` is from 0 to 1, below 0 where it is overspent."""

    name: str
    objective: str
    budget_left: float | None
    firing: bool


class Slos(Protocol):
    """Who knows the objectives of services."""

    def slos_of(self, node: ServiceNode, window: TimeRange) -> tuple[SloStanding, ...]:
        """The objectives that are about this service, the worst first; empty where none is defined."""
        ...


class NoSlos:
    """Nothing defines objectives."""

    def slos_of(self, node: ServiceNode, window: TimeRange) -> tuple[SloStanding, ...]:  # noqa: ARG002
        return ()


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the hub was sent by the service in the last part of the window (at most 15 minutes), by signal."""

    window: TimeRange
    reports: tuple[SignalReport, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """One service in full. `side` says whose numbers versions, routes, flags and requests are; None: nobody's."""

    window: TimeRange
    graph: ServiceGraph
    """What it is a node of."""
    node: ServiceNode
    side: Side | None
    sides: Mapping[Side, int]
    """Requests that each side reported of it; those that reported none are left out."""
    inbound: tuple[ServiceEdge, ...]
    outbound: tuple[ServiceEdge, ...]
    peers: Mapping[str, ServiceNode]
    """The other ends of its edges, by id."""
    routes: tuple[Route, ...]
    versions: tuple[Version, ...]
    instances: tuple[Instance, ...]
    instance_side: Side | None
    """OWN or CALLS; None where its own proxy did not report."""
    flags: Mapping[str, tuple[tuple[float, int], ...]]
    """(start of a step in Unix seconds, requests) of every response flag, the most frequent first."""
    flag_step: int
    """Seconds."""
    failures: tuple[ServiceRequest, ...]
    """The newest first."""
    slowest: tuple[ServiceRequest, ...]
    recent: TimeRange
    """The part of the window that failures and the slowest are of."""
    slos: tuple[SloStanding, ...]
    wiring: Wiring
