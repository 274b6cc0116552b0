"""What one proxy said of a call, as the journey shows it."""

from meshhub.model import Reporter
from meshhub.outcome import Outcome, classify, is_unreached
from storage.records.access_logs import AccessLog
from traces.calls import clock_of, identity_of, is_server
from traces.model import Parts, ProxyReport, Tls
from traces.proxy_spans import SortedSpans
from traces.response_details import explain_details
from traces.response_flags import explain_flags
from traces.span_reports import LOG_TYPE
from traces.timeline import Timeline


def outcome_of(log: AccessLog) -> Outcome:
    """How the call ended, by this report."""
    return classify(log.response_code, log.grpc_status, log.response_flags, tcp=log.transport == "tcp")


def describe(log: AccessLog, timeline: Timeline, spans: SortedSpans) -> ProxyReport:
    """The report of one access log, with the proxy's span of the same call where there is one."""
    key = log.trace_id, log.span_id
    return ProxyReport(
        reporter=Reporter.SERVER if is_server(log) else Reporter.CLIENT,
        workload=identity_of(log),
        instance=log.instance,
        role=log.role,
        time_unix_nano=log.time_unix_nano,
        start_us=timeline.start_us(log),
        skew_us=timeline.correction_us(clock_of(log)),
        duration_us=log.duration_us,
        parts=_parts(log),
        response_code=log.response_code,
        grpc_status=log.grpc_status,
        outcome=outcome_of(log),
        flags=explain_flags(log.response_flags),
        details=explain_details(log),
        attempts=max(log.request_attempts, 1),
        bytes_received=log.bytes_received,
        bytes_sent=log.bytes_sent,
        upstream_cluster=log.upstream_cluster,
        upstream_host=log.upstream_host,
        downstream_remote_address=log.downstream_remote_address,
        requested_server_name=log.requested_server_name,
        route_name=log.route_name,
        protocol=log.protocol,
        log_type=log.log_type,
        tls=_tls(log),
        request_id=log.request_id,
        trace_id=log.trace_id,
        span_id=log.span_id,
        span=spans.of_report.get(key),
        attributes=log.attributes,
        evidence="span" if log.log_type == LOG_TYPE else "access_log",
        inner_spans=tuple(spans.inner.get(key, ())),
    )


def _parts(log: AccessLog) -> Parts:
    return Parts(
        request_us=log.request_duration_us,
        queue_us=log.upstream_queue_us,
        connect_us=log.upstream_connect_us,
        handshake_us=log.upstream_handshake_us,
        first_byte_us=log.upstream_first_byte_us,
        response_us=log.upstream_response_us,
        send_us=log.response_duration_us,
    )


def _tls(log: AccessLog) -> Tls:
    version = log.downstream_tls_version if is_server(log) else log.upstream_tls_version
    security = "unknown" if not is_server(log) and is_unreached(log.response_flags) else log.security
    return Tls(security, version, log.source_principal, log.destination_principal)
