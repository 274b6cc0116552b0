"""What runs in the mesh: services with their versions and instances, gateways, services outside."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from envoy_config.intent.faults import InjectedFault
from envoy_config.intent.hub import Endpoint
from envoy_config.intent.names import AbsolutePath, DnsName, Host, Label, Percent, Port, Word
from envoy_config.intent.part import Part
from envoy_config.intent.traffic import Traffic

MAX_INSTANCES = 1000


class Protocol(StrEnum):
    """What a service speaks behind its proxy."""

    HTTP = "http"
    GRPC = "grpc"
    TCP = "tcp"


class Instance(Part):
    """One process of a service and its sidecar.

    `address` is where other proxies reach the sidecar; everything else listens on the loopback interface beside it.
    `tcp_ports` gives each TCP service that this one calls a local port of its own: TCP has no Host header to route by.
    `name` is unique in its namespace; absent, it is <service>-<version>-<number from 0>.
    """

    name: Word | None = None
    """Unique in its namespace. Absent: `<service>-<version>-<number>`."""
    address: Host
    """Where other proxies reach the sidecar: an IP address, which the sidecar binds, or a name, for which it binds all
    interfaces."""
    app_port: Port
    """Where the application listens on the loopback interface."""
    inbound_port: Port = 15006
    """Where the sidecar takes calls for the application."""
    outbound_port: Port = 15001
    """Where the sidecar takes the application's HTTP and gRPC calls, on the loopback interface."""
    admin_port: Port = 15000
    """Envoy's administration interface, on the loopback interface."""
    tcp_ports: dict[DnsName, Port] = Field(default_factory=dict)
    """For each TCP service it calls, a port on the loopback interface: `{sessions: 15101}`."""


class Version(Part):
    """One version of a service."""

    version: Word
    """Quote what YAML would read as a number."""
    instances: Annotated[tuple[Instance, ...], Field(min_length=1, max_length=MAX_INSTANCES)]
    """At least one."""


class Service(Part):
    """A service of the mesh. `calls` names what it calls: <service> of its own namespace, <service>.<namespace>, or
    an external host; nothing else is reachable. `traffic` and `sampling_percent` override the mesh's; `fault` is for
    experiments, over ADS only."""

    name: Label
    """A DNS label."""
    namespace: Label
    """A DNS label."""
    protocol: Protocol = Protocol.HTTP
    """`http`, `grpc` or `tcp`."""
    versions: Annotated[tuple[Version, ...], Field(min_length=1)]
    """At least one."""
    calls: tuple[DnsName, ...] = ()
    """Whom it calls: `<service>`, `<service>.<namespace>` or an external host. Nothing else is reachable."""
    traffic: Traffic | None = None
    """How its callers treat it. Replaces the mesh's `traffic` as a whole. Absent: the mesh's."""
    sampling_percent: Percent | None = None
    """For requests that start at this service. Absent: the mesh's."""
    fault: InjectedFault | None = None
    """A fault that its proxies inject, for experiments."""


class Route(Part):
    """Requests for these hosts whose path begins with `prefix` go to a service, named as in `calls`; longer prefixes
    win."""

    service: DnsName
    """As in `calls`; not a TCP service."""
    hosts: Annotated[tuple[Literal["*"] | DnsName, ...], Field(min_length=1)] = ("*",)
    """Hosts that visitors ask for."""
    prefix: Annotated[str, Field(pattern=r"^/[!-~]*$", max_length=2048)] = "/"
    """Begin of the path; the longest that fits wins."""
    sampling_percent: Percent | None = None
    """Share of this route's requests that get spans, in steps of 0.1 %. Absent: the gateway's."""


class ServerTls(Part):
    """The certificate a gateway shows to its visitors."""

    certificate_file: AbsolutePath
    """Absolute path on the gateway's machine."""
    key_file: AbsolutePath
    """Its private key."""


class Listener(Part):
    """A port at which a gateway takes HTTP requests (and gRPC) from outside; with `tls`, HTTPS."""

    name: Label
    """A DNS label."""
    port: Port
    """Where it listens."""
    tls: ServerTls | None = None
    """With it, HTTPS."""
    routes: Annotated[tuple[Route, ...], Field(min_length=1)]
    """At least one."""


class GatewayInstance(Part):
    """One gateway proxy. `address` is where it listens if it is an IP address; a name means all interfaces."""

    name: Word | None = None
    """Unique in its namespace. Absent: `<gateway>-<version>-<number>`."""
    address: Host
    """The IP address it binds; a name means all interfaces."""
    admin_port: Port = 15000
    """Envoy's administration interface, on the loopback interface."""


class Gateway(Part):
    """Where requests enter the mesh. It has an identity like a service."""

    name: Label
    """A DNS label; no service of the namespace may have it."""
    namespace: Label
    """A DNS label."""
    version: Word = "v1"
    """Its version."""
    instances: Annotated[tuple[GatewayInstance, ...], Field(min_length=1, max_length=MAX_INSTANCES)]
    """At least one."""
    listeners: Annotated[tuple[Listener, ...], Field(min_length=1)]
    """At least one."""
    sampling_percent: Percent | None = None
    """For requests that enter here. Absent: the mesh's."""


class ClientTls(Part):
    """TLS that the proxy adds to an external service, which then is called without TLS by the application.

    Its certificate must be signed by `ca_file` and be valid for `server_name` (absent: the external host).
    """

    ca_file: AbsolutePath = "/etc/ssl/certs/ca-certificates.crt"
    """Authorities of the service's certificate."""
    server_name: DnsName | None = None
    """Name in its certificate. Absent: the external host."""


class ExternalService(Part):
    """A service outside the mesh, called by its `host`. `addresses` is where it is, if not at host:port by DNS."""

    host: DnsName
    """How services call it."""
    port: Port
    """Its port."""
    protocol: Protocol = Protocol.HTTP
    """`http`, `grpc` or `tcp`."""
    tls: ClientTls | None = None
    """With it (`{}` is enough), the proxy adds TLS; the application calls without."""
    addresses: Annotated[tuple[Endpoint, ...], Field(max_length=MAX_INSTANCES)] = ()
    """Where it is: a list of `host:port`."""
    traffic: Traffic | None = None
    """How its callers treat it. Absent: the mesh's."""
