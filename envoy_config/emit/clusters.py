"""Clusters: the local application, and the destinations with what callers do to protect them."""

from envoy_config.emit.messages import Message, address, duration, lb_endpoint
from envoy_config.emit.protocols import http_options
from envoy_config.emit.tls import mesh_client, outside_client
from envoy_config.intent import Mesh
from envoy_config.intent.names import is_address
from envoy_config.intent.traffic import CircuitBreaker, OutlierDetection, Retries
from envoy_config.plan import Destination, Inbound, Mutual, Originated, Proxy

LOOPBACK = "127.0.0.1"
_UNLIMITED = 2**32 - 1
_MIN_CONCURRENT_RETRIES = 3


def application_cluster_name(inbound: Inbound) -> str:
    return f"inbound|{inbound.app_port}"


def application_cluster(inbound: Inbound) -> Message:
    """The application beside a sidecar. Limits are the callers' business: here are none."""
    name = application_cluster_name(inbound)
    unlimited = dict.fromkeys(("max_connections", "max_pending_requests", "max_requests"), _UNLIMITED)
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "1s",
        "circuit_breakers": {"thresholds": [unlimited]},
        **http_options(inbound.protocol),
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(LOOPBACK, inbound.app_port)}}]}],
        },
    }


def destination_cluster(mesh: Mesh, proxy: Proxy, destination: Destination) -> Message:
    """All instances of a destination, whatever their version."""
    traffic = destination.traffic
    endpoints = [lb_endpoint(endpoint) for endpoint in destination.endpoints]
    static = all(is_address(endpoint.host) for endpoint in destination.endpoints)
    return {
        "name": destination.cluster,
        "alt_stat_name": destination.stat_name,
        "type": "STATIC" if static else "STRICT_DNS",
        "connect_timeout": duration(traffic.connect_timeout_seconds),
        "lb_policy": "LEAST_REQUEST",
        **http_options(destination.protocol),
        **_transport(mesh, proxy, destination),
        "circuit_breakers": {"thresholds": [_thresholds(traffic.circuit_breaker, traffic.retries)]},
        **_outlier_detection(traffic.outlier_detection),
        "load_assignment": {
            "cluster_name": destination.cluster,
            "endpoints": [{"lb_endpoints": endpoints}],
        },
    }


def _transport(mesh: Mesh, proxy: Proxy, destination: Destination) -> Message:
    if isinstance(destination.tls, Mutual):
        socket = mesh_client(proxy.certificate_directory, mesh.certificates.ca_file, destination.tls)
        return {"transport_socket": socket}
    if isinstance(destination.tls, Originated):
        return {"transport_socket": outside_client(destination.tls)}
    return {}


def _thresholds(breaker: CircuitBreaker, retries: Retries) -> Message:
    return {
        "max_connections": breaker.max_connections,
        "max_pending_requests": breaker.max_pending,
        "max_requests": breaker.max_requests,
        "retry_budget": {
            "budget_percent": {"value": retries.budget_percent},
            "min_retry_concurrency": _MIN_CONCURRENT_RETRIES,
        },
    }


def _outlier_detection(outlier: OutlierDetection) -> Message:
    if not outlier.enabled:
        return {}
    return {
        "outlier_detection": {
            "consecutive_5xx": outlier.consecutive_errors,
            "interval": duration(outlier.interval_seconds),
            "base_ejection_time": duration(outlier.ejection_seconds),
            "max_ejection_percent": outlier.max_ejected_percent,
        }
    }
