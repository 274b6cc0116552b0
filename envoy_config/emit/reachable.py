"""The hub as a mesh's proxies see it: a Service of the cluster, or a host outside."""

import re
from dataclasses import dataclass

from envoy_config.emit.messages import Message
from envoy_config.emit.objects import metadata
from envoy_config.intent.hub import Endpoint, Hub, HubTls, Receiver
from envoy_config.intent.names import is_address

CLUSTER_DOMAIN = "svc.cluster.local"
OUTSIDE_HOST = "hub.meshhub.internal"
"""How a hub is called inside a mesh that knows it by address only."""

_SERVICE = re.compile(r"([a-z0-9-]+)\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?")


@dataclass(frozen=True, slots=True)
class HubPlace:
    """Where one receiver is. `host` is its full name; `service` and `namespace` are empty outside the cluster."""

    host: str
    port: int
    tls: HubTls | None
    service: str = ""
    namespace: str = ""
    address: str = ""

    @property
    def dialled(self) -> str:
        """The host to connect to: the address where there is no name."""
        return self.address or self.host


def place(hub: Hub, receiver: Receiver) -> HubPlace:
    """Where a receiver is. `<service>.<namespace>`, with or without `.svc.cluster.local`, is a Service of the
    cluster."""
    endpoint, tls = receiver.address, hub.tls_of(receiver)
    if is_address(endpoint.host):
        return HubPlace(OUTSIDE_HOST, endpoint.port, tls, address=endpoint.host)
    inside = _SERVICE.fullmatch(endpoint.host)
    if inside is None or "." not in endpoint.host:
        return HubPlace(endpoint.host, endpoint.port, tls)
    host = f"{inside[1]}.{inside[2]}.{CLUSTER_DOMAIN}"
    return HubPlace(host, endpoint.port, tls, service=inside[1], namespace=inside[2])


def service_object(hub: Hub) -> Message | None:
    """The hub's Service; None if it is outside the cluster. The ports' protocols are said: behind a port that is not
    known to be gRPC, Envoy speaks HTTP/1.1, and nothing arrives."""
    grpc = place(hub, hub.otlp_grpc)
    if not grpc.service:
        return None
    ports = [
        _port("grpc-otlp", grpc.port, "grpc"),
        _port("http-otlp", hub.over_http.address.port, "http"),
        _port("http-zipkin", hub.for_zipkin.address.port, "http"),
    ]
    als = place(hub, hub.for_als)
    if als.service == grpc.service and als.port != grpc.port:
        ports.append(_port("grpc-als", als.port, "grpc"))
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(grpc.service, grpc.namespace),
        "spec": {"selector": {"app": "meshhub"}, "ports": ports},
    }


def address_text(endpoint: Endpoint) -> str:
    """host:port."""
    return f"[{endpoint.host}]:{endpoint.port}" if ":" in endpoint.host else f"{endpoint.host}:{endpoint.port}"


def _port(name: str, port: int, protocol: str) -> Message:
    return {"name": name, "port": port, "targetPort": port, "protocol": "TCP", "appProtocol": protocol}
