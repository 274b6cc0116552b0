"""Listeners: inbound with mutual TLS, outbound on the loopback interface, a gateway's entrances."""

from envoy_config.emit.clusters import LOOPBACK, application_cluster_name
from envoy_config.emit.filters import Place, connection_manager, tcp_proxy
from envoy_config.emit.messages import Message, address, extension
from envoy_config.emit.routes import application_routes, entrance_routes, outbound_routes
from envoy_config.emit.tls import edge_server, mesh_server
from envoy_config.intent import Mesh
from envoy_config.intent.workloads import Protocol
from envoy_config.plan import Destination, Entrance, Inbound, Proxy

_SERVER_NAME: Message = {
    "listener_filters": [
        extension(
            "envoy.filters.listener.tls_inspector",
            "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
        )
    ]
}
"""Reads the name that a TLS client asks for: without it, access logs do not have it."""


def listeners(mesh: Mesh, proxy: Proxy) -> list[Message]:
    """Every listener of a proxy."""
    result: list[Message] = []
    if proxy.inbound is not None:
        result.append(_inbound(mesh, proxy, proxy.inbound))
    if proxy.outbound_port is not None:
        result.append(_outbound(mesh, proxy, proxy.outbound_port))
    result += [_outbound_tcp(mesh, proxy, d, d.tcp_port) for d in proxy.destinations if d.tcp_port is not None]
    result += [_entrance(mesh, proxy, entrance) for entrance in proxy.entrances]
    return result


def _inbound(mesh: Mesh, proxy: Proxy, inbound: Inbound) -> Message:
    cluster = application_cluster_name(inbound)
    if inbound.protocol is Protocol.TCP:
        network_filter = tcp_proxy(mesh, proxy, stat_prefix="inbound", cluster=cluster)
    else:
        network_filter = connection_manager(mesh, proxy, Place.INBOUND, application_routes(cluster))
    tls = mesh_server(proxy.certificate_directory, mesh.certificates.ca_file, mesh.trust_domain)
    chain = {"transport_socket": tls, "filters": [network_filter]}
    return {**_listener("inbound", "INBOUND", address(inbound.bind, inbound.port), chain), **_SERVER_NAME}


def _outbound(mesh: Mesh, proxy: Proxy, port: int) -> Message:
    routes = outbound_routes(d for d in proxy.destinations if d.protocol is not Protocol.TCP)
    chain = {"filters": [connection_manager(mesh, proxy, Place.OUTBOUND, routes)]}
    return _listener("outbound", "OUTBOUND", address(LOOPBACK, port), chain)


def _outbound_tcp(mesh: Mesh, proxy: Proxy, destination: Destination, port: int) -> Message:
    network_filter = tcp_proxy(mesh, proxy, stat_prefix=destination.stat_name, cluster=destination.cluster)
    name = f"outbound|{destination.cluster}"
    return _listener(name, "OUTBOUND", address(LOOPBACK, port), {"filters": [network_filter]})


def _entrance(mesh: Mesh, proxy: Proxy, entrance: Entrance) -> Message:
    """Outbound by direction: a gateway is the caller of the services behind it, and reports as such."""
    network_filter = connection_manager(mesh, proxy, Place.GATEWAY, entrance_routes(entrance))
    at = address(entrance.bind, entrance.port)
    if entrance.tls is None:
        return _listener(entrance.name, "OUTBOUND", at, {"filters": [network_filter]})
    chain = {"transport_socket": edge_server(entrance.tls), "filters": [network_filter]}
    return {**_listener(entrance.name, "OUTBOUND", at, chain), **_SERVER_NAME}


def _listener(name: str, direction: str, at: Message, chain: Message) -> Message:
    return {"name": name, "traffic_direction": direction, "address": at, "filter_chains": [chain]}
