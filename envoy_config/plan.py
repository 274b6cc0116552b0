"""Every proxy of a mesh with all it needs to know, derived from the intent: the neutral model that emitters read."""

from dataclasses import dataclass
from enum import StrEnum

from envoy_config.intent.faults import InjectedFault
from envoy_config.intent.hub import Endpoint
from envoy_config.intent.traffic import Traffic
from envoy_config.intent.workloads import Protocol, ServerTls


class Role(StrEnum):
    """What a proxy is for: beside an instance of a service, or at the edge of the mesh."""

    SIDECAR = "sidecar"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Mutual:
    """Mutual TLS inside the mesh: the one identity that the other side must have, and the name asked for."""

    spiffe_id: str
    server_name: str


@dataclass(frozen=True, slots=True)
class Originated:
    """TLS that the proxy adds on the way out of the mesh."""

    ca_file: str
    server_name: str


@dataclass(frozen=True, slots=True)
class Destination:
    """Something a proxy's application may call.

    `cluster` is "<service>.<namespace>" or "external|<host>"; `stat_name` is the same without dots, which would break
    Envoy's tag extraction; `hosts` are the authorities that lead there.
    """

    cluster: str
    stat_name: str
    hosts: tuple[str, ...]
    protocol: Protocol
    endpoints: tuple[Endpoint, ...]
    tls: Mutual | Originated | None
    traffic: Traffic
    rewrite_host: str | None = None
    tcp_port: int | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """Where a sidecar takes calls for its application. `bind` is an IP address."""

    bind: str
    port: int
    app_port: int
    protocol: Protocol


@dataclass(frozen=True, slots=True)
class EntranceRoute:
    """Requests for one of these hosts ("*": any) below a path prefix go to a destination. `sampling_percent` is for
    these requests alone; None: as elsewhere in the proxy."""

    hosts: tuple[str, ...]
    prefix: str
    destination: Destination
    sampling_percent: float | None = None

    def name(self, host: str) -> str:
        """The name of the route that this host has."""
        return f"{host}{self.prefix}"


@dataclass(frozen=True, slots=True)
class Entrance:
    """A port of a gateway. `bind` is an IP address."""

    name: str
    bind: str
    port: int
    tls: ServerTls | None
    routes: tuple[EntranceRoute, ...]


@dataclass(frozen=True, slots=True)
class Proxy:
    """One Envoy. `id` is unique in the mesh; `instance` in its namespace. A sidecar has `inbound` and
    `outbound_port`, a gateway has `entrances`."""

    role: Role
    namespace: str
    service: str
    version: str
    instance: str
    spiffe_id: str
    certificate_directory: str
    admin_port: int
    sampling_percent: float
    destinations: tuple[Destination, ...]
    inbound: Inbound | None = None
    outbound_port: int | None = None
    entrances: tuple[Entrance, ...] = ()
    fault: InjectedFault | None = None

    @property
    def id(self) -> str:
        return f"{self.instance}.{self.namespace}"
