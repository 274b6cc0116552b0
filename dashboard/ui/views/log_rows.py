"""The rows of the access-log table."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from dashboard.ui import format as fmt
from dashboard.ui.figures.signals import OUTCOME_NAMES
from dashboard.ui.links import Links
from dashboard.ui.theme import MARKS
from dashboard.ui.views.grid import Column, column, number_column
from meshhub.outcome import Outcome, classify
from storage.records.search import LogLine
from topology.health.model import Health
from traces.response_details import explain_detail
from traces.response_flags import explain_flags

COLUMNS: tuple[Column, ...] = (
    column("time", "Time", width=108, pinned="left", tooltipField="when"),
    column("answer", "Answer", cellRenderer="GridHealth", width=136),
    column("source", "From", width=128, tooltipField="source"),
    column("destination", "To", width=128, tooltipField="destination"),
    column("request", "Request", flex=3, minWidth=150, cellRenderer="GridLink"),
    number_column("duration", "Took", width=80),
    column("flags", "Flags", width=64, tooltipField="flags_words"),
    column("details", "Details", flex=1, minWidth=104, tooltipField="details_words"),
    column("route", "Route", width=120, tooltipField="route"),
    column("reporter", "Reported by", width=110),
    column("instance", "Instance", width=180, tooltipField="instance"),
    column("protocol", "Protocol", width=95),
    column("security", "Security", width=95),
    number_column("attempts", "Attempts", width=90),
    number_column("received", "Received", width=95),
    number_column("sent", "Sent", width=95),
    column("upstream_host", "Upstream host", width=140),
    column("authority", "Authority", width=150),
    column("request_id", "Request id", width=290),
    column("trace_id", "Trace id", width=260),
)
SHOWN = ("time", "answer", "source", "destination", "request", "duration", "flags", "details", "reporter")
"""Columns that are shown at first."""
CHOICES = tuple((each["field"], each["headerName"]) for each in COLUMNS)


def rows(lines: Iterable[LogLine], links: Links) -> list[dict[str, Any]]:
    """A row for each line, in their order."""
    return [_row(line, links) for line in lines]


def answer(code: int, grpc_status: int) -> str:
    """What was answered: "503", "200, gRPC 14", "no response"."""
    text = str(code) if code else "no response"
    return f"{text}, gRPC {grpc_status}" if grpc_status >= 0 else text


def judge(outcome: Outcome) -> Health:
    """The state that stands for an outcome."""
    if outcome.failed:
        return Health.FAILING
    return Health.DEGRADED if outcome is Outcome.CLIENT_ERROR else Health.HEALTHY


def _row(line: LogLine, links: Links) -> dict[str, Any]:
    at = datetime.fromtimestamp(line.time_unix_nano / 1e9, UTC)
    tcp = line.transport == "tcp"
    outcome = classify(line.response_code, line.grpc_status, line.response_flags, tcp=tcp)
    health = judge(outcome)
    word = OUTCOME_NAMES[outcome] if tcp else answer(line.response_code, line.grpc_status)
    return {
        "id": line.id,
        "time": f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}",
        "when": fmt.exact_moment(at),
        "answer": {
            "health": health.value,
            "glyph": MARKS[health].glyph,
            "word": word,
            "reason": OUTCOME_NAMES[outcome],
        },
        "source": _name(line.source_service, line.source_namespace),
        "destination": _name(line.destination_service, line.destination_namespace),
        "request": {
            "text": f"{line.method} {line.path}".strip() or "TCP connection",
            "href": links.here("logs", row=line.id),
            "title": line.path,
        },
        "duration": line.duration_us,
        "flags": line.response_flags,
        "flags_words": " ".join(f"{each.code}: {each.text}" for each in explain_flags(line.response_flags)),
        "details": line.response_code_details,
        "details_words": explain_detail(line.response_code_details).text if line.response_code_details else "",
        "route": line.route_name,
        "reporter": {"server": "its callee", "client": "its caller"}.get(line.reporter, "unknown"),
        "instance": line.instance,
        "protocol": line.protocol or line.transport.upper(),
        "security": line.security,
        "attempts": line.request_attempts,
        "received": line.bytes_received,
        "sent": line.bytes_sent,
        "upstream_host": line.upstream_host,
        "authority": line.authority,
        "request_id": line.request_id,
        "trace_id": line.trace_id,
        "text": {
            "duration": fmt.duration(line.duration_us),
            "attempts": f"{line.request_attempts}",
            "received": fmt.size(line.bytes_received),
            "sent": fmt.size(line.bytes_sent),
        },
    }


def _name(service: str, namespace: str) -> str:
    if not service:
        return "unknown"
    return f"{service}.{namespace}" if namespace else service
