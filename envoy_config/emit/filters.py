"""The network filters of a listener: a connection manager for HTTP and gRPC, a TCP proxy for the rest."""

from enum import StrEnum

from envoy_config.emit.access_log import access_log
from envoy_config.emit.messages import Message, extension
from envoy_config.emit.tracing import request_ids, tracing
from envoy_config.intent import Mesh
from envoy_config.plan import Proxy

_EDGE = {
    "use_remote_address": True,
    "normalize_path": True,
    "merge_slashes": True,
    "path_with_escaped_slashes_action": "UNESCAPE_AND_REDIRECT",
    "common_http_protocol_options": {
        "idle_timeout": "3600s",
        "headers_with_underscores_action": "REJECT_REQUEST",
    },
    "http2_protocol_options": {
        "max_concurrent_streams": 100,
        "initial_stream_window_size": 65_536,
        "initial_connection_window_size": 1_048_576,
    },
    "request_headers_timeout": "10s",
    "preserve_external_request_id": True,
    "always_set_request_id_in_response": True,
}
"""What Envoy's guide for edge proxies says (docs: configuration/best_practices/edge), and the visitors' request ids:
kept, so that a visitor's id finds the request, and always in the answer, so that there is one to ask for."""


class Place(StrEnum):
    """Which traffic a connection manager handles; its stat prefix."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    GATEWAY = "gateway"


def connection_manager(mesh: Mesh, proxy: Proxy, place: Place, routes: Message) -> Message:
    """HTTP/1.1, HTTP/2 and web sockets, with access log, spans and request ids."""
    content = {
        "stat_prefix": place.value,
        **(_EDGE if place is Place.GATEWAY else {}),
        **request_ids(),
        **tracing(mesh, proxy),
        "access_log": access_log(mesh, proxy),
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "route_config": routes,
        "http_filters": [extension("envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router")],
    }
    message = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
    return extension("envoy.filters.network.http_connection_manager", message, content)


def tcp_proxy(mesh: Mesh, proxy: Proxy, *, stat_prefix: str, cluster: str) -> Message:
    """Bytes to a cluster, with an access log record at the end of each connection."""
    content = {"stat_prefix": stat_prefix, "cluster": cluster, "access_log": access_log(mesh, proxy)}
    message = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"
    return extension("envoy.filters.network.tcp_proxy", message, content)
