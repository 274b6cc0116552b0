"""An edge explained: how it does in words, then its numbers as each side saw them, never added up."""

from collections.abc import Callable, Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.figures.look import pool_words
from dashboard.ui.views.about import About, changed, look_further, signals
from dashboard.ui.views.burns import burns
from dashboard.ui.views.further import edge_links
from dashboard.ui.views.parts import Content, code, facts, health_mark, icon, link, moment, section, table
from meshhub.model import Reporter
from topology.model import Counts, EdgeView, Evidence, NodeKind, ServiceEdge, ServiceNode, Transport
from traces.response_flags import explain_flag

_TRANSPORTS = {Transport.HTTP: "HTTP", Transport.GRPC: "gRPC", Transport.TCP: "TCP"}

_SIDES = {Reporter.CLIENT: "by client", Reporter.SERVER: "by server", Reporter.UNKNOWN: ""}

_SIGNALS = {Evidence.ACCESS_LOG: "Access logs", Evidence.STATS: "Stats", Evidence.SPAN: "Spans"}

Number = Callable[[EdgeView], str]


def edge_panel(edge: ServiceEdge, source: ServiceNode, destination: ServiceNode, about: About) -> Component:
    """Words, signals over time, both sides' numbers, flags, security, versions."""
    names = source.service or "unknown", destination.service or "unknown"
    verdict, links = about.look.edge(edge), about.links
    return html.Div(
        [
            html.H2(
                [
                    link(names[0], links.here("topology", select=source.id)),
                    html.Span(" → ", className="muted"),
                    link(names[1], links.here("topology", select=destination.id)),
                ]
            ),
            html.P([health_mark(verdict.health), " ", verdict.reason]),
            html.P(_sentence(edge, *names)),
            burns(about, edge.id),
            *(html.P([icon("note"), note.text], className="note") for note in edge.notes),
            changed(about.look.edges.get(edge.id), about),
            signals(about.edge_series(edge.id), marks=about.marks(destination)),
            look_further(edge_links(edge, source, destination, about)),
            section("As each side saw it", _both_sides(edge, destination)),
            section("As other signals say", _other_signals(edge)) if edge.beside else None,
            _flags(edge),
            section("Connections", html.Ul([html.Li(text) for text in pool_words(edge.pool)])) if edge.pool else None,
            section("Security", _security(edge)),
            section("Answers", _answers(edge)),
            section("Seen", _seen(edge)),
        ],
        className="stack",
    )


def _sentence(edge: ServiceEdge, source: str, destination: str) -> str:
    view = edge.headline
    what = f"{source} calls {destination} over {_TRANSPORTS[edge.transport]}"
    if not view.rates.requests:
        return f"{what}, but not in this window."
    text = f"{what}, {fmt.rate(view.rates.per_second)}"
    if view.latency:
        text += (
            f": half of them within {fmt.duration(view.latency.p50)}, 99 of 100 within {fmt.duration(view.latency.p99)}"
        )
    if edge.measured_by is Evidence.SPAN:
        text += ". Measured by spans, so only what sampling let through is counted"
    elif edge.measured_by is Evidence.STATS:
        text += ". Measured by the stats of proxies, to the minute"
    return f"{text}."


def _both_sides(edge: ServiceEdge, destination: ServiceNode) -> Component:
    server_head = "as server"
    if edge.server is None and destination.kind is NodeKind.EXTERNAL:
        server_head = "outside the mesh"
    rows = [(name, _cell(edge.client, number), _cell(edge.server, number)) for name, number in _numbers(edge)]
    return table(("", "as client", server_head), rows)


def _cell(view: EdgeView | None, number: Number) -> Content:
    return html.Span("not measured", className="muted") if view is None else number(view)


def _numbers(edge: ServiceEdge) -> tuple[tuple[str, Number], ...]:
    def latency(name: str) -> Number:
        return lambda view: fmt.duration(getattr(view.latency, name) if view.latency else None)

    counted = "Connections" if edge.transport is Transport.TCP else "Requests"
    return (
        ("Rate", lambda view: fmt.rate(view.rates.per_second)),
        (counted, lambda view: f"{view.rates.requests:,}"),
        ("Failed", lambda view: fmt.share(view.errors.share)),
        ("4xx", lambda view: fmt.share(view.errors.client_error_share)),
        ("p50", latency("p50")),
        ("p90", latency("p90")),
        ("p95", latency("p95")),
        ("p99", latency("p99")),
        ("Mean", latency("mean")),
        ("Retries", lambda view: f"{view.retries.retries:,}"),
        ("Tries per request", lambda view: fmt.number(view.retries.amplification)),
        ("Received", lambda view: fmt.size(view.rates.bytes_received)),
        ("Sent", lambda view: fmt.size(view.rates.bytes_sent)),
        ("mTLS", lambda view: fmt.share(view.encryption.mtls_share)),
    )


def _other_signals(edge: ServiceEdge) -> Component:
    rows = [
        (
            _SIGNALS[count.signal],
            _SIDES[count.reporter],
            f"{count.requests:,}",
            fmt.share(count.share),
            fmt.share(count.error_share),
        )
        for count in edge.beside
    ]
    counted = "Connections" if edge.transport is Transport.TCP else "Requests"
    measured = _SIGNALS[edge.measured_by].lower()
    return html.Div(
        [
            table(("Signal", "Reported", counted, f"Of {measured}", "Failed"), rows, numeric=2),
            html.P(f"The same calls again, not added: the edge is measured by {measured}.", className="muted small"),
        ]
    )


def _flags(edge: ServiceEdge) -> Component | None:
    rows = [
        (_flag(flag), _SIDES[view.reporter], fmt.share(requests / view.rates.requests))
        for view in (edge.client, edge.server)
        if view is not None and view.rates.requests
        for flag, requests in view.flags.items()
    ]
    return section("Response flags", table(("Flag", "Reported", "Share"), rows, numeric=2)) if rows else None


def _flag(flag: str) -> Component:
    return html.Span([code(flag), " ", html.Span(explain_flag(flag).text, className="muted small")])


def _security(edge: ServiceEdge) -> Component:
    encryption = edge.headline.encryption
    share = encryption.mtls_share
    if share is None:
        words = "No proxy said how these connections were secured."
    elif share == 1:
        words = "All requests went over mutual TLS."
    elif share == 0:
        words = "No request went over mutual TLS."
    else:
        words = f"{fmt.share(share)} of requests went over mutual TLS."
    kinds = _shares(encryption.by_security, sum(encryption.by_security.values()))
    return html.Div(
        [
            html.P([icon("lock-open" if share == 0 else "lock"), words]),
            html.P(edge.security.text, className="muted") if edge.security else None,
            facts(
                (
                    ("By kind", kinds if len(encryption.by_security) > 1 else ""),
                    ("Client", _codes(encryption.source_principals)),
                    ("Server", _codes(encryption.destination_principals)),
                )
            ),
        ]
    )


def _answers(edge: ServiceEdge) -> Component:
    view = edge.headline
    return facts(
        (
            ("Response codes", _shares(view.errors.response_codes, view.rates.requests)),
            ("gRPC status", _shares(view.errors.grpc_statuses, view.rates.requests)),
            ("Client versions", _shares(view.source_versions, view.rates.requests)),
            ("Server versions", _shares(view.destination_versions, view.rates.requests)),
        )
    )


def _seen(edge: ServiceEdge) -> Component:
    view = edge.headline
    return facts((("First", moment(view.first_seen)), ("Last", moment(view.last_seen))))


def _shares(counts: Counts, total: int) -> str:
    return ", ".join(f"{name} {fmt.share(requests / total)}" for name, requests in counts.items() if total)


def _codes(texts: Sequence[str]) -> Content:
    return [html.Div(code(text)) for text in texts] or None
