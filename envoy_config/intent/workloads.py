"""What runs in the mesh: services with their versions and instances, gateways, services outside."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from envoy_config.intent.hub import Endpoint
from envoy_config.intent.names import AbsolutePath, DnsName, Host, Label, Percent, Port, Word
from envoy_config.intent.traffic import Traffic
from meshhub.configuration import Section

MAX_INSTANCES = 1000


class Protocol(StrEnum):
    """What a service speaks behind its proxy."""

    HTTP = "http"
    GRPC = "grpc"
    TCP = "tcp"


class Instance(Section):
    """One process of a service and its sidecar.

    `address` is where other proxies reach the sidecar; everything else listens on the loopback interface beside it.
    `tcp_ports` gives each TCP service that this one calls a local port of its own: TCP has no Host header to route by.
    `name` is unique in its namespace; absent, it is <service>-<version>-<number from 0>.
    """

    name: Word | None = None
    address: Host
    app_port: Port
    inbound_port: Port = 15006
    outbound_port: Port = 15001
    admin_port: Port = 15000
    tcp_ports: dict[DnsName, Port] = Field(default_factory=dict)


class Version(Section):
    """One version of a service."""

    version: Word
    instances: Annotated[tuple[Instance, ...], Field(min_length=1, max_length=MAX_INSTANCES)]


class Service(Section):
    """A service of the mesh. `calls` names what it calls: <service> of its own namespace, <service>.<namespace>, or
    an external host; nothing else is reachable. `traffic` and `sampling_percent` override the mesh's."""

    name: Label
    namespace: Label
    protocol: Protocol = Protocol.HTTP
    versions: Annotated[tuple[Version, ...], Field(min_length=1)]
    calls: tuple[DnsName, ...] = ()
    traffic: Traffic | None = None
    sampling_percent: Percent | None = None


class Route(Section):
    """Requests for these hosts whose path begins with `prefix` go to a service, named as in `calls`; longer prefixes
    win."""

    service: DnsName
    hosts: Annotated[tuple[Literal["*"] | DnsName, ...], Field(min_length=1)] = ("*",)
    prefix: Annotated[str, Field(pattern=r"^/[!-~]*$", max_length=2048)] = "/"


class ServerTls(Section):
    """The certificate a gateway shows to its visitors."""

    certificate_file: AbsolutePath
    key_file: AbsolutePath


class Listener(Section):
    """A port at which a gateway takes HTTP requests (and gRPC) from outside; with `tls`, HTTPS."""

    name: Label
    port: Port
    tls: ServerTls | None = None
    routes: Annotated[tuple[Route, ...], Field(min_length=1)]


class GatewayInstance(Section):
    """One gateway proxy. `address` is where it listens if it is an IP address; a name means all interfaces."""

    name: Word | None = None
    address: Host
    admin_port: Port = 15000


class Gateway(Section):
    """Where requests enter the mesh. It has an identity like a service."""

    name: Label
    namespace: Label
    version: Word = "v1"
    instances: Annotated[tuple[GatewayInstance, ...], Field(min_length=1, max_length=MAX_INSTANCES)]
    listeners: Annotated[tuple[Listener, ...], Field(min_length=1)]
    sampling_percent: Percent | None = None


class ClientTls(Section):
    """TLS that the proxy adds to an external service, which then is called without TLS by the application.

    Its certificate must be signed by `ca_file` and be valid for `server_name` (absent: the external host).
    """

    ca_file: AbsolutePath = "/etc/ssl/certs/ca-certificates.crt"
    server_name: DnsName | None = None


class ExternalService(Section):
    """A service outside the mesh, called by its `host`. `addresses` is where it is, if not at host:port by DNS."""

    host: DnsName
    port: Port
    protocol: Protocol = Protocol.HTTP
    tls: ClientTls | None = None
    addresses: Annotated[tuple[Endpoint, ...], Field(max_length=MAX_INSTANCES)] = ()
    traffic: Traffic | None = None
