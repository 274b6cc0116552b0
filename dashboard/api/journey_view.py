"""Turns a journey into the body of GET /api/v1/requests/{request_id}."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from dashboard.api.journey_body import (
    AroundBody,
    AttemptBody,
    BreakBody,
    BreakdownBody,
    ExplanationBody,
    HopBody,
    IdentityBody,
    JourneyBody,
    LogBody,
    PartyBody,
    ProxyReportBody,
    SpanBody,
    WorkloadBody,
)
from dashboard.api.notes import show_notes
from meshhub.model import WorkloadIdentity
from traces.model import (
    Around,
    Attempt,
    ContextBreak,
    Explanation,
    Hop,
    Journey,
    JourneyWorkload,
    LogNote,
    Party,
    ProxyReport,
    SpanNote,
)
from traces.time_model import Breakdown, TimePart

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def show_journey(journey: Journey) -> JourneyBody:
    """The body."""
    return {
        "request_id": journey.request_id,
        "trace_ids": list(journey.trace_ids),
        "start_unix_nano": str(journey.start_unix_nano),
        "start": show_time(journey.start_unix_nano),
        "duration_us": journey.duration_us,
        "outcome": journey.outcome,
        "times": _breakdown(journey.times),
        "spent": [{"hop": each.hop, "time_us": each.time_us, "parts": _parts(each.parts)} for each in journey.spent],
        "breaks": [_break(each) for each in journey.breaks],
        "sampling": {
            "decision": journey.sampling.decision,
            "spans": journey.sampling.spans,
            "text": journey.sampling.text,
        },
        "hops": [show_hop(hop) for hop in journey.hops],
        "workloads": [show_workload(workload) for workload in journey.workloads],
        "notes": show_notes(journey.notes),
        "found": {
            "access_logs": journey.found.access_logs,
            "spans": journey.found.spans,
            "logs": journey.found.logs,
            "truncated": journey.found.truncated,
        },
    }


def show_time(unix_nano: int) -> str:
    """RFC 3339 in UTC, cut to the microsecond."""
    time = _EPOCH + timedelta(microseconds=unix_nano // 1000)
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")


def show_hop(hop: Hop) -> HopBody:
    return {
        "id": hop.id,
        "parent": hop.parent,
        "parent_attempt": hop.parent_attempt,
        "depth": hop.depth,
        "source": _party(hop.source),
        "destination": _party(hop.destination),
        "transport": hop.transport,
        "method": hop.method,
        "authority": hop.authority,
        "path": hop.path,
        "start_us": hop.start_us,
        "duration_us": hop.duration_us,
        "outcome": hop.outcome,
        "client": _optional_report(hop.client),
        "attempts": [_attempt(attempt) for attempt in hop.attempts],
        "network_us": hop.network_us,
        "times": _breakdown(hop.times),
        "around": None if hop.around is None else _around(hop.around),
        "notes": show_notes(hop.notes),
    }


def show_workload(workload: JourneyWorkload) -> WorkloadBody:
    return {
        **_identity(workload.identity),
        "instances": list(workload.instances),
        "proxy_reported": workload.proxy_reported,
        "spans": [_span(span) for span in workload.spans],
        "logs": [_log(log) for log in workload.logs],
    }


def _breakdown(times: Breakdown) -> BreakdownBody:
    return {"total_us": times.total_us, "parts": _parts(times.parts)}


def _parts(parts: Mapping[TimePart, int]) -> Mapping[str, int]:
    return {part.value: time for part, time in parts.items()}


def _around(around: Around) -> AroundBody:
    median, slow, slowest = around.latency_us
    return {
        "minutes": around.minutes,
        "reporter": around.reporter,
        "requests": around.requests,
        "failed": around.failed,
        "p50_us": median,
        "p95_us": slow,
        "p99_us": slowest,
        "pool": show_notes(around.pool),
    }


def _break(lost: ContextBreak) -> BreakBody:
    return {
        "service": _identity(lost.service),
        "lost": lost.lost,
        "hop": lost.hop,
        "certainty": lost.certainty,
        "text": lost.text,
        "fix": lost.fix,
    }


def _identity(identity: WorkloadIdentity) -> IdentityBody:
    return {
        "cluster": identity.cluster,
        "namespace": identity.namespace,
        "service": identity.service,
        "version": identity.version,
    }


def _party(party: Party) -> PartyBody:
    return {
        **_identity(party.identity),
        "instance": party.instance,
        "principal": party.principal,
        "kind": party.kind,
    }


def _attempt(attempt: Attempt) -> AttemptBody:
    return {"number": attempt.number, "server": _optional_report(attempt.server)}


def _optional_report(report: ProxyReport | None) -> ProxyReportBody | None:
    return None if report is None else _report(report)


def _report(report: ProxyReport) -> ProxyReportBody:
    parts, tls = report.parts, report.tls
    return {
        "reporter": report.reporter,
        "evidence": report.evidence,
        "workload": _identity(report.workload),
        "instance": report.instance,
        "role": report.role,
        "time_unix_nano": str(report.time_unix_nano),
        "start_us": report.start_us,
        "skew_us": report.skew_us,
        "duration_us": report.duration_us,
        "parts": {
            "request_us": parts.request_us,
            "queue_us": parts.queue_us,
            "connect_us": parts.connect_us,
            "handshake_us": parts.handshake_us,
            "first_byte_us": parts.first_byte_us,
            "response_us": parts.response_us,
            "send_us": parts.send_us,
        },
        "response_code": report.response_code,
        "grpc_status": None if report.grpc_status < 0 else report.grpc_status,
        "outcome": report.outcome,
        "flags": _explanations(report.flags),
        "details": _explanations(report.details),
        "attempts": report.attempts,
        "bytes_received": report.bytes_received,
        "bytes_sent": report.bytes_sent,
        "upstream_cluster": report.upstream_cluster,
        "upstream_host": report.upstream_host,
        "downstream_remote_address": report.downstream_remote_address,
        "requested_server_name": report.requested_server_name,
        "route_name": report.route_name,
        "protocol": report.protocol,
        "log_type": report.log_type,
        "tls": {
            "security": tls.security,
            "version": tls.version,
            "source_principal": tls.source_principal,
            "destination_principal": tls.destination_principal,
        },
        "request_id": report.request_id,
        "trace_id": report.trace_id,
        "span_id": report.span_id,
        "span": None if report.span is None else _span(report.span),
        "inner_spans": [_span(span) for span in report.inner_spans],
        "attributes": report.attributes,
    }


def _explanations(explanations: Iterable[Explanation]) -> list[ExplanationBody]:
    return [{"code": each.code, "name": each.name, "text": each.text} for each in explanations]


def _span(span: SpanNote) -> SpanBody:
    return {
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "parent_span_id": span.parent_span_id,
        "name": span.name,
        "kind": span.kind,
        "status": span.status,
        "status_message": span.status_message,
        "start_us": span.start_us,
        "duration_us": span.duration_us,
        "scope": span.scope,
        "attributes": span.attributes,
        "events": [
            {"offset_us": offset, "name": name, "attributes": attributes} for offset, name, attributes in span.events
        ],
        "hop": span.hop,
    }


def _log(log: LogNote) -> LogBody:
    return {
        "offset_us": log.offset_us,
        "severity": log.severity,
        "body": log.body,
        "event_name": log.event_name,
        "trace_id": log.trace_id,
        "span_id": log.span_id,
        "scope": log.scope,
        "attributes": log.attributes,
        "hop": log.hop,
    }
