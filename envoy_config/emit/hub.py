"""The way to the hub: its cluster, the gRPC service that all three exporters use, and who the proxy says it is."""

from envoy_config import attributes
from envoy_config.emit.messages import Message, duration, extension, lb_endpoint
from envoy_config.emit.protocols import http2
from envoy_config.emit.tls import hub_client
from envoy_config.intent import Mesh
from envoy_config.intent.hub import Hub
from envoy_config.intent.names import is_address
from envoy_config.plan import Proxy
from meshhub.secret import Secret

CLUSTER = "meshhub_otlp"
EXPORT_TIMEOUT_SECONDS = 30
MAX_WAITING_EXPORTS = 256

_RETRIES = {
    "retry_on": "connect-failure,refused-stream,reset-before-request,unavailable,resource-exhausted",
    "num_retries": 20,
    "retry_back_off": {"base_interval": "0.5s", "max_interval": "5s"},
}
"""Without retries, every export that meets a restarting or overloaded hub is lost. Only failures after which the hub
surely has not stored the export: another would be counted twice."""


def hub_cluster(hub: Hub) -> Message:
    """The cluster of the hub's addresses. Keepalive finds a dead connection before an export is lost on it."""
    addresses = hub.otlp
    cluster: Message = {
        "name": CLUSTER,
        "type": "STATIC" if all(is_address(endpoint.host) for endpoint in addresses) else "STRICT_DNS",
        "connect_timeout": "2s",
        "circuit_breakers": {"thresholds": [{"max_retries": MAX_WAITING_EXPORTS}]},
        "typed_extension_protocol_options": http2(
            {"connection_keepalive": {"interval": "30s", "timeout": "5s"}},
        ),
        "load_assignment": {
            "cluster_name": CLUSTER,
            "endpoints": [{"lb_endpoints": [lb_endpoint(endpoint) for endpoint in addresses]}],
        },
    }
    if hub.tls is not None:
        cluster["transport_socket"] = hub_client(hub.tls, addresses[0].host)
    return cluster


def grpc_service(hub: Hub) -> Message:
    """envoy.config.core.v3.GrpcService; with the token in each call's metadata if there is one. The time limit is for
    all tries of an export together."""
    service: Message = {
        "envoy_grpc": {"cluster_name": CLUSTER},
        "timeout": duration(EXPORT_TIMEOUT_SECONDS),
        "retry_policy": _RETRIES,
    }
    if hub.token is not None:
        value = Secret(f"Bearer {hub.token.reveal()}")
        service["initial_metadata"] = [{"key": "authorization", "value": value}]
    return service


def resource_detectors(mesh: Mesh, proxy: Proxy) -> list[Message]:
    """Who reports, the same for all three signals: without it, stats of two proxies cannot be told apart."""
    content = {
        "attributes": {
            attributes.SERVICE_NAME: proxy.service,
            attributes.SERVICE_NAMESPACE: proxy.namespace,
            attributes.SERVICE_VERSION: proxy.version,
            attributes.SERVICE_INSTANCE: proxy.instance,
            attributes.CLUSTER_NAME: mesh.cluster,
            attributes.NODE_ROLE: proxy.role.value,
        }
    }
    return [
        extension(
            "envoy.tracers.opentelemetry.resource_detectors.static_config",
            "envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig",
            content,
        )
    ]
