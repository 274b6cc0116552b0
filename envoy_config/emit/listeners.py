"""Listeners: inbound with mutual TLS, outbound on the loopback interface, a gateway's entrances."""

from envoy_config.emit.clusters import LOOPBACK, application_cluster_name
from envoy_config.emit.filters import Place, connection_manager, tcp_proxy
from envoy_config.emit.messages import Message, address
from envoy_config.emit.routes import application_routes, entrance_routes, outbound_routes
from envoy_config.emit.tls import edge_server, mesh_server
from envoy_config.intent import Mesh
from envoy_config.intent.workloads import Protocol
from envoy_config.plan import Destination, Entrance, Inbound, Proxy


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
    return _listener("inbound", "INBOUND", address(inbound.bind, inbound.port), chain)


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
    chain: Message = {"filters": [network_filter]}
    if entrance.tls is not None:
        chain["transport_socket"] = edge_server(entrance.tls)
    return _listener(entrance.name, "OUTBOUND", address(entrance.bind, entrance.port), chain)


def _listener(name: str, direction: str, at: Message, chain: Message) -> Message:
    return {"name": name, "traffic_direction": direction, "address": at, "filter_chains": [chain]}
