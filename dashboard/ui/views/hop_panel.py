"""One hop in full: what the caller's and the callee's proxy said of it."""

from collections.abc import Callable

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.views.hop_around import surroundings
from dashboard.ui.views.hop_times import breakdown, times
from dashboard.ui.views.journey_words import judge_hop
from dashboard.ui.views.parts import Content, code, facts, health_mark, icon, section, table
from dashboard.ui.views.span_details import spans
from traces.model import Explanation, Hop, Journey, ProxyReport
from traces.party_words import hop_name

Say = Callable[[ProxyReport], Content]


def hop_panel(hop: Hop, journey: Journey) -> Component:
    """Words, flags, both views, where the time went, TLS, attempts, spans."""
    health, words = judge_hop(hop)
    return html.Div(
        [
            html.H2(hop_name(hop)),
            html.P([health_mark(health, words), " ", f"{hop.method} {hop.path}".strip()]),
            *(html.P([icon("note"), note.text], className="note") for note in hop.notes),
            _explanations(hop),
            section("As each side saw it", _both_sides(hop)),
            section("Where the time went", html.Div([breakdown(hop.times), times(hop)], className="stack")),
            surroundings(hop),
            section("Security", _security(hop)),
            _attempts(hop),
            section("Addresses", _addresses(hop)),
            spans(hop, journey),
        ],
        className="stack",
    )


def _explanations(hop: Hop) -> Component | None:
    told: dict[str, tuple[Explanation, list[str]]] = {}
    for side, report in (("client", hop.client), ("server", hop.server)):
        for explanation in (*report.flags, *report.details) if report else ():
            told.setdefault(explanation.code, (explanation, []))[1].append(side)
    if not told:
        return None
    items = [
        html.Li(
            [
                code(each.code),
                html.B(f" {each.name} "),
                html.Span(f"(by {' and '.join(sides)})", className="muted"),
                html.Div(each.text),
            ]
        )
        for each, sides in told.values()
    ]
    return section("What the proxies say", html.Ul(items, className="explanations"))


def _both_sides(hop: Hop) -> Component:
    rows: tuple[tuple[str, Say], ...] = (
        ("Status", _status),
        ("Duration", lambda report: fmt.duration(report.duration_us)),
        ("Started", lambda report: f"+{fmt.duration(report.start_us)}"),
        ("Clock corrected by", lambda report: fmt.duration(report.skew_us) if report.skew_us else ""),
        ("Flags", lambda report: ", ".join(flag.code for flag in report.flags) or "none"),
        ("Received", lambda report: fmt.size(report.bytes_received)),
        ("Sent", lambda report: fmt.size(report.bytes_sent)),
        ("Attempts", lambda report: f"{report.attempts}"),
        ("Protocol", lambda report: report.protocol),
        ("Route", lambda report: report.route_name),
    )
    cells = [(name, _cell(hop.client, say), _cell(hop.server, say)) for name, say in rows]
    shown = [row for row in cells if any(cell for cell in row[1:])]
    network = (
        html.P(f"Network and proxies between the two: {fmt.duration(hop.network_us)}.")
        if hop.network_us is not None
        else None
    )
    return html.Div([table(("", "client", "server"), shown), network])


def _cell(report: ProxyReport | None, say: Say) -> Content:
    return html.Span("no report", className="muted") if report is None else say(report)


def _status(report: ProxyReport) -> str:
    parts = [str(report.response_code)] if report.response_code else []
    if report.grpc_status >= 0:
        parts.append(f"gRPC {report.grpc_status}")
    return ", ".join(parts) or report.outcome.value.replace("_", " ")


def _security(hop: Hop) -> Component:
    report = hop.client or hop.server
    if report is None or not report.tls.security or report.tls.security == "unknown":
        return html.P("No proxy said how this connection was secured.", className="muted")
    words = {"mtls": "Mutual TLS", "tls": "TLS, the client shows no certificate", "plaintext": "Plaintext"}
    glyph = "lock" if report.tls.security == "mtls" else "lock-open"
    return html.Div(
        [
            html.P(
                [
                    icon(glyph),
                    words.get(report.tls.security, report.tls.security),
                    f" ({report.tls.version})" if report.tls.version else "",
                ]
            ),
            facts(
                (
                    ("Client", code(report.tls.source_principal) if report.tls.source_principal else ""),
                    ("Server", code(report.tls.destination_principal) if report.tls.destination_principal else ""),
                )
            ),
        ]
    )


def _attempts(hop: Hop) -> Component | None:
    if len(hop.attempts) < 2:
        return None
    rows = [
        (
            f"{attempt.number}",
            _status(attempt.server) if attempt.server else html.Span("not seen by the callee", className="muted"),
            fmt.duration(attempt.server.duration_us) if attempt.server else fmt.ABSENT,
            attempt.server.instance if attempt.server else "",
        )
        for attempt in hop.attempts
    ]
    return section("Attempts", table(("", "Status", "Duration", "Instance"), rows))


def _addresses(hop: Hop) -> Component:
    client, server = hop.client, hop.server
    return facts(
        (
            ("Authority", code(hop.authority) if hop.authority else ""),
            ("Upstream cluster", code(client.upstream_cluster) if client else ""),
            ("Upstream host", code(client.upstream_host) if client else ""),
            ("Client instance", hop.source.instance),
            ("Server instance", hop.destination.instance),
            (
                "Server name (SNI)",
                code(server.requested_server_name) if server and server.requested_server_name else "",
            ),
        )
    )
