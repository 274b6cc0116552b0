"""Turns services into the bodies of the API."""

from datetime import UTC, datetime

from dashboard.api.graph_body import LatencyBody
from dashboard.api.graph_view import show_edge, show_end, show_node
from dashboard.api.notes import show_notes
from dashboard.api.service_body import (
    FlagBody,
    InstanceBody,
    RouteBody,
    SeriesBody,
    ServiceBody,
    ServiceRequestBody,
    ServiceRowBody,
    ServicesBody,
    SignalReportBody,
    TallyBody,
    VerdictBody,
    VersionBody,
)
from dashboard.api.window_body import show_window
from dashboard.reads.service_model import Instance, Route, Service, ServiceList, ServiceRow, Version
from dashboard.reads.service_pain import by_pain
from dashboard.reads.service_series import steps_of
from storage.records.services import ServiceRequest, SignalReport
from topology.health.model import HealthReport, Verdict
from topology.model import Latency
from topology.series import NodeSeries
from topology.tally import Tally
from traces.response_flags import explain_flag


def show_services(services: ServiceList, health: HealthReport) -> ServicesBody:
    """The list, what hurts most first."""
    return {
        "window": show_window(services.graph.window),
        "services": [_row(row, health.nodes.get(row.node.id)) for row in by_pain(services.rows, health.nodes)],
        "truncated": services.graph.truncated,
    }


def show_service(service: Service, verdict: Verdict | None, series: NodeSeries) -> ServiceBody:
    """One service in full."""
    ends = {node.id: show_end(node) for node in (service.node, *service.peers.values())}
    return {
        "window": show_window(service.window),
        "node": show_node(service.node),
        "verdict": _verdict(verdict),
        "side": service.side,
        "sides": {side.value: requests for side, requests in service.sides.items()},
        "series": _series(service, series),
        "versions": [_version(each) for each in service.versions],
        "instances": [_instance(each) for each in service.instances],
        "routes": [_route(each) for each in service.routes],
        "response_flags": _flags(service),
        "inbound": [show_edge(edge, ends, reports=True) for edge in service.inbound],
        "outbound": [show_edge(edge, ends, reports=True) for edge in service.outbound],
        "recent": {
            "window": show_window(service.recent),
            "failures": [_request(each) for each in service.failures],
            "slowest": [_request(each) for each in service.slowest],
        },
        "slos": [
            {
                "name": slo.name,
                "objective": slo.objective,
                "budget_left": slo.budget_left,
                "firing": slo.firing,
            }
            for slo in service.slos
        ],
        "wiring": {
            "window": show_window(service.wiring.window),
            "reports": [_report(each) for each in service.wiring.reports],
        },
    }


def _row(row: ServiceRow, verdict: Verdict | None) -> ServiceRowBody:
    return {
        "id": row.node.id,
        "kind": row.node.kind,
        "cluster": row.node.cluster,
        "namespace": row.node.namespace,
        "service": row.node.service,
        "verdict": _verdict(verdict),
        "side": row.side,
        "requests": row.requests,
        "rate_per_second": row.per_second,
        "error_share": row.error_share,
        "latency_ms": _latency(row.latency),
        "p95_before_ms": None if row.before is None else row.before.p95 / 1000,
        "versions": list(row.node.versions),
        "instances": row.instances,
        "course": list(row.course),
    }


def _verdict(verdict: Verdict | None) -> VerdictBody:
    if verdict is None:
        return {"health": "not-measured", "reasons": []}
    return {"health": verdict.health, "reasons": show_notes(verdict.reasons)}


def _latency(latency: Latency | None) -> LatencyBody | None:
    if latency is None:
        return None
    return {
        "p50": latency.p50 / 1000,
        "p90": latency.p90 / 1000,
        "p95": latency.p95 / 1000,
        "p99": latency.p99 / 1000,
        "mean": latency.mean / 1000,
    }


def _tally(tally: Tally) -> TallyBody:
    return {
        "requests": tally.requests,
        "outcomes": {outcome.value: requests for outcome, requests in tally.outcomes.items()},
        "error_share": tally.error_share,
        "client_error_share": tally.client_error_share,
        "latency_ms": _latency(tally.latency),
    }


def _route(route: Route) -> RouteBody:
    return {"method": route.method, "route": route.name, "transport": route.transport, **_tally(route.tally)}


def _version(version: Version) -> VersionBody:
    return {
        "version": version.name,
        "standing": version.comparison.standing,
        "reasons": list(version.comparison.reasons),
        "first_seen": version.first_seen,
        "last_seen": version.last_seen,
        "born": version.born,
        **_tally(version.tally),
    }


def _instance(instance: Instance) -> InstanceBody:
    return {
        "instance": instance.name,
        "versions": list(instance.versions),
        "last_seen": instance.last_seen,
        "outliers": [{"code": each.code, "text": each.text} for each in instance.outliers],
        **_tally(instance.tally),
    }


def _series(service: Service, series: NodeSeries) -> SeriesBody | None:
    course = steps_of(series, service.side)
    if course is None:
        return None
    step_seconds, steps = course
    return {
        "step_seconds": step_seconds,
        "steps": [
            {
                "time": step.time,
                "requests": step.requests,
                "errors": step.errors,
                "latency_ms": {name: value / 1000 for name, value in step.latency.items()},
            }
            for step in steps
        ],
    }


def _flags(service: Service) -> list[FlagBody]:
    return [
        {
            "flag": flag,
            "name": explain_flag(flag).name,
            "text": explain_flag(flag).text,
            "requests": sum(requests for _, requests in course),
            "steps": [{"time": datetime.fromtimestamp(at, UTC), "requests": requests} for at, requests in course],
        }
        for flag, course in service.flags.items()
    ]


def _request(request: ServiceRequest) -> ServiceRequestBody:
    return {
        "time_unix_nano": str(request.time_unix_nano),
        "request_id": request.request_id,
        "trace_id": request.trace_id,
        "source": request.source_service,
        "destination": request.destination_service,
        "instance": request.instance,
        "method": request.method,
        "path": request.path,
        "transport": request.transport,
        "response_code": request.response_code,
        "grpc_status": request.grpc_status,
        "response_flags": request.response_flags,
        "duration_ms": request.duration_us / 1000,
    }


def _report(report: SignalReport) -> SignalReportBody:
    return {
        "signal": report.signal,
        "records": report.records,
        "newest": datetime.fromtimestamp(report.newest, UTC) if report.records else None,
        "instances": report.instances,
        "sampled_share": report.sampled / report.with_context if report.with_context else None,
        "proxy_versions": sorted(filter(None, report.proxy_versions)),
    }
