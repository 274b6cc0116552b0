"""One access log in full: every column, its codes in words, and ways to the request and the trace it belongs to."""

from dataclasses import fields
from datetime import UTC, datetime

from dash import html
from dash.development.base_component import Component

from dashboard.reads.log_answers import LogDetail
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.views.log_rows import answer, judge
from dashboard.ui.views.parts import Content, code, facts, health_mark, icon, link, section
from storage.records.access_logs import AccessLog

OWN = dict.fromkeys(("q", "row", "cols", "order", "tail"), "")
"""Parameters of this page that others do not understand."""

_GROUPS = (
    ("The request", ("method", "path", "authority", "protocol", "transport", "user_agent", "route_name")),
    (
        "The answer",
        (
            "response_code",
            "grpc_status",
            "response_flags",
            "response_code_details",
            "connection_termination_details",
            "upstream_transport_failure_reason",
            "request_attempts",
        ),
    ),
    (
        "Times",
        (
            "duration_us",
            "request_duration_us",
            "upstream_connect_us",
            "upstream_handshake_us",
            "upstream_queue_us",
            "upstream_first_byte_us",
            "upstream_response_us",
            "response_duration_us",
        ),
    ),
    ("Caller", ("source_cluster", "source_namespace", "source_service", "source_version", "source_principal")),
    (
        "Callee",
        (
            "destination_kind",
            "destination_cluster",
            "destination_namespace",
            "destination_service",
            "destination_version",
            "destination_principal",
        ),
    ),
    (
        "Connections",
        (
            "upstream_cluster",
            "upstream_host",
            "downstream_remote_address",
            "downstream_local_address",
            "requested_server_name",
            "downstream_tls_version",
            "upstream_tls_version",
            "security",
            "bytes_received",
            "bytes_sent",
        ),
    ),
    ("Who reported", ("log_type", "reporter", "cluster", "namespace", "service", "version", "instance", "role")),
    ("Ids", ("request_id", "trace_id", "span_id", "sampled")),
)
GROUPED = frozenset(name for _, names in _GROUPS for name in names)


def detail(found: LogDetail, links: Links) -> Component:
    """The panel of one row."""
    log = found.log
    at = datetime.fromtimestamp(log.time_unix_nano / 1e9, UTC)
    close = link([icon("close"), "Close"], links.here("logs", row=""), label="Close (Esc)")
    return html.Div(
        [
            html.Div(close, className="close"),
            html.H2(f"{log.method} {log.path}".strip() or "TCP connection"),
            html.P(
                [
                    health_mark(judge(found.outcome), answer(log.response_code, log.grpc_status)),
                    f" after {fmt.duration(log.duration_us)}, at {fmt.exact_moment(at)}",
                ]
            ),
            _ways(log, links),
            _words(found),
            *(section(title, facts((_title(name), _shown(log, name)) for name in names)) for title, names in _GROUPS),
            section("Other attributes", facts((name, code(text)) for name, text in sorted(log.attributes.items())))
            if log.attributes
            else None,
        ],
        className="stack",
    )


def gone(links: Links, message: str) -> Component:
    """What stands where a row is not there any more, or never was."""
    close = link([icon("close"), "Close"], links.here("logs", row=""), label="Close (Esc)")
    return html.Div([html.Div(close, className="close"), html.H2("No such row"), html.P(message)], className="stack")


def _ways(log: AccessLog, links: Links) -> Component:
    ways: list[Component | str] = []
    if log.request_id:
        ways.append(link("What happened to this request", links.here("requests", **OWN | {"id": log.request_id})))
    if log.trace_id:
        ways.append(link("Its trace", links.here("trace", **OWN | {"id": log.trace_id})))
    if not ways:
        return html.P("It has neither a request id nor a trace id: it cannot be followed.", className="muted")
    return html.Div(ways, className="ways")


def _words(found: LogDetail) -> Component | None:
    told = (*found.flags, *found.details)
    if not told:
        return None
    items = [
        html.Li([code(each.code), html.B(f" {each.name}") if each.name != each.code else "", html.Div(each.text)])
        for each in told
    ]
    return section("What the proxy says", html.Ul(items, className="explanations"))


def _title(name: str) -> str:
    return name.removesuffix("_us").replace("_", " ").capitalize()


def _shown(log: AccessLog, name: str) -> Content:
    value = getattr(log, name)
    if name.endswith("_us"):
        return fmt.duration(value) if value else ""
    if name.startswith("bytes_"):
        return fmt.size(value)
    if name == "grpc_status":
        return str(value) if value >= 0 else ""
    if name == "response_code":
        return str(value) if value else ""
    text = str(value)
    return code(text) if text and text != "unknown" else text


def columns() -> frozenset[str]:
    """Every column that a row has, for the test that none is left out."""
    return frozenset(each.name for each in fields(AccessLog))
