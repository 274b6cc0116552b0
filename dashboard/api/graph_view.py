"""Turns a service graph into the body of GET /api/v1/graph."""

from dashboard.api.graph_body import (
    EdgeBody,
    EndBody,
    GoldenBody,
    GraphBody,
    LatencyBody,
    NodeBody,
    ReportBody,
    TrafficBody,
)
from dashboard.api.notes import show_notes
from dashboard.api.window_body import show_age, show_window
from dashboard.reads.hub import DataAge
from topology.model import EdgeView, Latency, NodeTraffic, ServiceEdge, ServiceGraph, ServiceNode


def show_graph(graph: ServiceGraph, age: DataAge, *, reports: bool) -> GraphBody:
    """The body; without `reports`, edges have their headline numbers only."""
    ends = {node.id: show_end(node) for node in graph.nodes}
    return {
        "window": show_window(graph.window),
        "freshness": show_age(age),
        "nodes": [show_node(node) for node in graph.nodes],
        "edges": [show_edge(edge, ends, reports=reports) for edge in graph.edges],
        "truncated": graph.truncated,
    }


def show_end(node: ServiceNode) -> EndBody:
    return {
        "id": node.id,
        "kind": node.kind,
        "cluster": node.cluster,
        "namespace": node.namespace,
        "service": node.service,
    }


def show_node(node: ServiceNode) -> NodeBody:
    return {
        "id": node.id,
        "kind": node.kind,
        "cluster": node.cluster,
        "namespace": node.namespace,
        "service": node.service,
        "versions": list(node.versions),
        "reporting": node.reporting,
        "known": list(node.known),
        "inbound": _traffic(node.inbound),
        "outbound": _traffic(node.outbound),
    }


def show_edge(edge: ServiceEdge, ends: dict[str, EndBody], *, reports: bool) -> EdgeBody:
    """One edge; `ends` has its nodes by id."""
    golden = _golden(edge.headline)
    return {
        "id": edge.id,
        "source": ends[edge.source],
        "destination": ends[edge.destination],
        "transport": edge.transport,
        "measured_by": edge.measured_by,
        "headline": edge.headline.reporter,
        **golden,
        "reports": {
            "client": None if edge.client is None else _report(edge.client),
            "server": None if edge.server is None else _report(edge.server),
        }
        if reports
        else None,
        "notes": show_notes(edge.notes),
    }


def _traffic(traffic: NodeTraffic | None) -> TrafficBody | None:
    if traffic is None:
        return None
    return {
        "requests": traffic.requests,
        "rate_per_second": traffic.per_second,
        "error_share": traffic.error_share,
        "client_error_share": traffic.client_error_share,
    }


def _golden(view: EdgeView) -> GoldenBody:
    return {
        "requests": view.rates.requests,
        "rate_per_second": view.rates.per_second,
        "error_share": view.errors.share,
        "client_error_share": view.errors.client_error_share,
        "errors": view.errors.by_kind,
        "latency_ms": None if view.latency is None else _latency(view.latency),
        "response_flags": view.flags,
        "mtls_share": view.encryption.mtls_share,
        "retries": view.retries.retries,
    }


def _report(view: EdgeView) -> ReportBody:
    return {
        **_golden(view),
        "response_codes": view.errors.response_codes,
        "grpc_statuses": view.errors.grpc_statuses,
        "bytes_received": view.rates.bytes_received,
        "bytes_sent": view.rates.bytes_sent,
        "security": view.encryption.by_security,
        "principals": {
            "source": list(view.encryption.source_principals),
            "destination": list(view.encryption.destination_principals),
        },
        "versions": {"source": view.source_versions, "destination": view.destination_versions},
        "attempts": view.retries.attempts,
        "retry_amplification": view.retries.amplification,
        "first_seen": view.first_seen,
        "last_seen": view.last_seen,
    }


def _latency(latency: Latency) -> LatencyBody:
    return {
        "p50": round(latency.p50 / 1000, 3),
        "p90": round(latency.p90 / 1000, 3),
        "p95": round(latency.p95 / 1000, 3),
        "p99": round(latency.p99 / 1000, 3),
        "mean": round(latency.mean / 1000, 3),
    }
