"""What every format says of nodes and edges."""

from collections.abc import Mapping

from meshhub.quantities import duration, rate, share
from topology.health.model import HealthReport
from topology.model import ServiceEdge, ServiceNode

Value = str | float | int | bool

UNKNOWN_NAME = "unknown"
NOT_JUDGED = ""


def node_name(node: ServiceNode) -> str:
    """The service with its namespace; "unknown" for what is none."""
    if not node.service:
        return UNKNOWN_NAME
    return f"{node.service}.{node.namespace}" if node.namespace else node.service


def node_values(node: ServiceNode, health: HealthReport | None) -> Mapping[str, Value]:
    """The attributes of a node; what was not measured is left out."""
    verdict = health.nodes.get(node.id) if health else None
    values: dict[str, Value | None] = {
        "kind": node.kind.value,
        "cluster": node.cluster or None,
        "namespace": node.namespace or None,
        "service": node.service or None,
        "versions": ", ".join(node.versions) or None,
        "workloads": ", ".join(node.workloads) or None,
        "reporting": node.reporting,
        "health": verdict.health.value if verdict else None,
        "health_reason": verdict.reason if verdict else None,
        "requests_per_second": _rounded(node.inbound.per_second) if node.inbound else None,
        "error_share": _rounded(node.inbound.error_share) if node.inbound else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def edge_values(edge: ServiceEdge, health: HealthReport | None) -> Mapping[str, Value]:
    """The attributes of an edge, by its headline view; what was not measured is left out."""
    view, verdict = edge.headline, health.edges.get(edge.id) if health else None
    latency = view.latency
    values: dict[str, Value | None] = {
        "transport": edge.transport.value,
        "measured_by": edge.measured_by.value,
        "headline": view.reporter.value,
        "health": verdict.health.value if verdict else None,
        "health_reason": verdict.reason if verdict else None,
        "requests": view.rates.requests,
        "requests_per_second": _rounded(view.rates.per_second),
        "error_share": _rounded(view.errors.share),
        "client_error_share": _rounded(view.errors.client_error_share),
        "p50_ms": _rounded(latency.p50 / 1000) if latency else None,
        "p95_ms": _rounded(latency.p95 / 1000) if latency else None,
        "p99_ms": _rounded(latency.p99 / 1000) if latency else None,
        "mtls_share": _rounded(view.encryption.mtls_share),
        "response_flags": ", ".join(view.flags) or None,
        "retries": view.retries.retries,
    }
    return {name: value for name, value in values.items() if value is not None}


def edge_label(edge: ServiceEdge) -> str:
    """An edge in a few words: protocol, rate, errors, p95."""
    view = edge.headline
    if not view.rates.requests:
        return f"{edge.transport} idle"
    parts = [edge.transport.value, rate(view.rates.per_second)]
    if view.errors.share:
        parts.append(f"{share(view.errors.share)} errors")
    if view.latency:
        parts.append(f"p95 {duration(view.latency.p95)}")
    return " ".join(parts)


def _rounded(value: float | None) -> float | None:
    """Six significant digits: more is noise, and differs from machine to machine."""
    return None if value is None else float(f"{value:.6g}")
