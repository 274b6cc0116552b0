"""Turns a service graph into the body of GET /api/v1/graph."""

from collections.abc import Mapping

from pydantic_core import to_json

from dashboard.api.graph_body import (
    EdgeBody,
    EndBody,
    GoldenBody,
    GraphBody,
    LatencyBody,
    NodeBody,
    PoolBody,
    ReportBody,
    SignalCountBody,
    TrafficBody,
)
from dashboard.api.health_body import show_health
from dashboard.api.notes import show_notes
from dashboard.api.window_body import show_age, show_window
from dashboard.reads.hub import DataAge
from topology.health import HealthReport, Verdict
from topology.model import EdgeView, Latency, NodeTraffic, Pool, ServiceEdge, ServiceGraph, ServiceNode, SignalCount
from traces.response_flags import explain_flag

_NO_VERDICTS: Mapping[str, Verdict] = {}


def show_graph(
    graph: ServiceGraph, age: DataAge | None, *, reports: bool, health: HealthReport | None = None
) -> GraphBody:
    """The body; without `reports`, edges have their headline numbers only."""
    verdicts = (health.nodes, health.edges) if health else (_NO_VERDICTS, _NO_VERDICTS)
    ends = {node.id: show_end(node) for node in graph.nodes}
    return {
        "window": show_window(graph.window),
        "freshness": None if age is None else show_age(age),
        "baseline": show_window(health.baseline) if health and health.baseline else None,
        "nodes": [show_node(node, verdicts[0].get(node.id)) for node in graph.nodes],
        "edges": [show_edge(edge, ends, reports=reports, verdict=verdicts[1].get(edge.id)) for edge in graph.edges],
        "perspective": graph.perspective,
        "truncated": graph.truncated,
        "notes": show_notes(graph.notes),
        "response_flags": {flag: explain_flag(flag).text for flag in sorted(_flags(graph))},
    }


def _flags(graph: ServiceGraph) -> set[str]:
    views = (view for edge in graph.edges for view in (edge.client, edge.server) if view is not None and view.flags)
    return {flag for view in views for flag in view.flags}


_NO_AGE = b'"freshness":null'


def with_age(body: bytes, age: DataAge) -> bytes:
    """A body that was written without the age of the data, with it. The age changes with every answer, the rest not."""
    return body.replace(_NO_AGE, b'"freshness":' + to_json(show_age(age)), 1)


def show_end(node: ServiceNode) -> EndBody:
    return {
        "id": node.id,
        "kind": node.kind,
        "cluster": node.cluster,
        "namespace": node.namespace,
        "service": node.service,
        "version": node.version,
        "workload": node.workload,
    }


def show_node(node: ServiceNode, verdict: Verdict | None = None) -> NodeBody:
    return {
        "id": node.id,
        "kind": node.kind,
        "cluster": node.cluster,
        "namespace": node.namespace,
        "service": node.service,
        "versions": list(node.versions),
        "reporting": node.reporting,
        "version": node.version,
        "workloads": list(node.workloads),
        "workload": node.workload,
        "known": list(node.known),
        "last_seen": node.last_seen,
        "inbound": _traffic(node.inbound),
        "outbound": _traffic(node.outbound),
        "health": show_health(verdict),
    }


def show_edge(
    edge: ServiceEdge, ends: dict[str, EndBody], *, reports: bool, verdict: Verdict | None = None
) -> EdgeBody:
    """One edge; `ends` has its nodes by id."""
    headline = edge.headline
    golden = _golden(headline)
    # The headline is one of the sides: what is said of both is made once.
    return {
        "id": edge.id,
        "source": ends[edge.source],
        "destination": ends[edge.destination],
        "transport": edge.transport,
        "measured_by": edge.measured_by,
        "headline": headline.reporter,
        **golden,
        "reports": {
            "client": None
            if edge.client is None
            else _report(edge.client, golden if edge.client is headline else None),
            "server": None
            if edge.server is None
            else _report(edge.server, golden if edge.server is headline else None),
        }
        if reports
        else None,
        "health": show_health(verdict),
        "pool": None if edge.pool is None else _pool(edge.pool),
        "security": None if edge.security is None else {"code": edge.security.code, "text": edge.security.text},
        "beside": [_count(each) for each in edge.beside] if edge.beside else [],
        "notes": show_notes(edge.notes) if edge.notes else [],
    }


def _count(count: SignalCount) -> SignalCountBody:
    return {
        "signal": count.signal,
        "reporter": count.reporter,
        "requests": count.requests,
        "share": count.share,
        "error_share": count.error_share,
    }


def _pool(pool: Pool) -> PoolBody:
    return {
        "ejections": pool.ejections,
        "ejected_hosts": pool.ejected_hosts,
        "pool_overflows": pool.pool_overflows,
        "retry_overflows": pool.retry_overflows,
        "connection_failures": pool.connection_failures,
        "connection_timeouts": pool.connection_timeouts,
        "open_circuit_breakers": list(pool.open_circuit_breakers),
        "active_connections": pool.active_connections,
        "active_requests": pool.active_requests,
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


def _report(view: EdgeView, golden: GoldenBody | None) -> ReportBody:
    return {
        **(golden or _golden(view)),
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
        "workloads": {"source": view.source_workloads, "destination": view.destination_workloads},
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
