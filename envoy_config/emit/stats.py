"""Stats: exactly those the hub needs, with no other ever made, and the sink that sends them."""

import re
from collections.abc import Iterable

from envoy_config.emit.filters import Place
from envoy_config.emit.hub import grpc_service, resource_detectors
from envoy_config.emit.messages import Message, duration, extension
from envoy_config.intent import Mesh
from envoy_config.plan import Proxy

_CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
_TLS = (
    "ssl.handshake",
    "ssl.connection_error",
    "ssl.fail_verify_no_cert",
    "ssl.fail_verify_error",
    "ssl.fail_verify_san",
)

CLUSTER: tuple[str, ...] = (
    "upstream_rq_total",
    *(f"upstream_rq_{name}" for name in _CLASSES),
    "upstream_rq_active",
    "upstream_rq_timeout",
    "upstream_rq_per_try_timeout",
    "upstream_rq_rx_reset",
    "upstream_rq_tx_reset",
    "upstream_rq_cancelled",
    "upstream_rq_retry",
    "upstream_rq_retry_success",
    "upstream_rq_retry_overflow",
    "upstream_rq_retry_limit_exceeded",
    "upstream_rq_pending_total",
    "upstream_rq_pending_active",
    "upstream_rq_pending_overflow",
    "upstream_rq_pending_failure_eject",
    "upstream_cx_total",
    "upstream_cx_active",
    "upstream_cx_connect_fail",
    "upstream_cx_connect_timeout",
    "upstream_cx_overflow",
    "upstream_cx_pool_overflow",
    "upstream_cx_none_healthy",
    "upstream_cx_destroy_local_with_active_rq",
    "upstream_cx_destroy_remote_with_active_rq",
    "upstream_cx_rx_bytes_total",
    "upstream_cx_tx_bytes_total",
    "membership_total",
    "membership_healthy",
    "outlier_detection.ejections_active",
    "outlier_detection.ejections_enforced_total",
    "outlier_detection.ejections_overflow",
    "circuit_breakers.default.cx_open",
    "circuit_breakers.default.rq_open",
    "circuit_breakers.default.rq_pending_open",
    "circuit_breakers.default.rq_retry_open",
    *_TLS,
)
"""Of each cluster: requests, retries, the pool, ejections, circuit breakers, TLS. The hub's own cluster is one."""

HTTP: tuple[str, ...] = (
    "downstream_rq_total",
    *(f"downstream_rq_{name}" for name in _CLASSES),
    "downstream_rq_active",
    "downstream_rq_rx_reset",
    "downstream_rq_tx_reset",
    "downstream_rq_timeout",
    "downstream_cx_total",
    "downstream_cx_active",
    "downstream_cx_protocol_error",
)
"""Of each connection manager but the admin port's. downstream_rq_total against the access logs received shows what
was lost."""

TCP: tuple[str, ...] = (
    "downstream_cx_total",
    "downstream_cx_no_route",
    "downstream_cx_rx_bytes_total",
    "downstream_cx_tx_bytes_total",
)
"""Of each TCP proxy."""

LISTENER: tuple[str, ...] = (
    "downstream_cx_total",
    "downstream_cx_active",
    "downstream_cx_overflow",
    "downstream_cx_transport_socket_connect_timeout",
    "downstream_global_cx_overflow",
    "no_filter_chain_match",
    *_TLS,
)
"""Of each listener; those of its worker threads are left out."""

_LISTENER_ADDRESS = r"[0-9.]+_[0-9]+|\[[0-9a-fA-F_:.]+\]_[0-9]+"


def stats_config(extra_prefixes: Iterable[str] = ()) -> Message:
    """Only these stats exist at all: an Envoy has hundreds per cluster, and memory and sink pay for each."""
    patterns = [
        {"prefix": "server."},
        {"prefix": "access_logs.open_telemetry"},
        {"prefix": "tracing.opentelemetry."},
        _regex("cluster", "[^.]+", CLUSTER),
        _regex("http", "|".join(Place), HTTP),
        _regex("tcp", "[^.]+", TCP),
        _regex("listener", _LISTENER_ADDRESS, LISTENER),
        *({"prefix": prefix} for prefix in extra_prefixes),
    ]
    return {"stats_matcher": {"inclusion_list": {"patterns": patterns}}}


def stats_sinks(mesh: Mesh, proxy: Proxy) -> list[Message]:
    """The sink to the hub; none if the mesh sends no stats. Cumulative: what the hub misses is in the next report."""
    if not mesh.signals.stats:
        return []
    content = {
        "grpc_service": grpc_service(mesh.hub),
        "emit_tags_as_attributes": True,
        "use_tag_extracted_name": True,
        "report_counters_as_deltas": False,
        "report_histograms_as_deltas": False,
        "max_data_points_per_request": 2000,
        "resource_detectors": resource_detectors(mesh, proxy),
    }
    message = "envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig"
    return [extension("envoy.stat_sinks.open_telemetry", message, content)]


def flush_interval(mesh: Mesh) -> str:
    return duration(mesh.hub.stats_interval_seconds)


def _regex(scope: str, holder: str, names: Iterable[str]) -> Message:
    alternatives = "|".join(re.escape(name) for name in names)
    return {"safe_regex": {"regex": rf"{scope}\.(?:{holder})\.(?:{alternatives})"}}
