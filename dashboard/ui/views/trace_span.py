"""One span in full: its figures, its place among its peers, the access log beside it, and all that it says."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.reads.traces import DAY, Rank
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.theme import service_colours
from dashboard.ui.views.parts import Content, aria, code, facts, health_mark, icon, link, section, table
from dashboard.ui.views.trace_summary import service_name
from storage.records.access_logs import AccessLog
from topology.health import Health
from traces.otlp_values import readable
from traces.proxy_spans import PROXY
from traces.resources import resource_of
from traces.response_details import explain_details
from traces.response_flags import explain_flags
from traces.span_attributes import attributes_of
from traces.trace_model import NONE, Flaw, Pair, Side, Trace, TraceSpan

MAX_VALUE = 2_000
MAX_ATTRIBUTES = 200
MAX_EVENTS = 50

_FLAWS = {
    Flaw.MISSING_PARENT: "The span that it names as its parent did not come.",
    Flaw.SELF_PARENT: "It names itself as its parent.",
    Flaw.CYCLE: "It is below itself, by what the spans say of their parents.",
    Flaw.REPEATED_ID: "Another span has the same id.",
    Flaw.NEGATIVE_LENGTH: "It says that it ended before it started.",
}


def span_panel(trace: Trace, each: TraceSpan, rank: Rank | None, links: Links) -> Component:
    """The span. Without a rank nothing is said of its peers."""
    span = each.span
    health = Health.FAILING if each.error else Health.DEGRADED if each.errors_below else Health.HEALTHY
    word = (
        "failed" if each.error else f"{fmt.plural(each.errors_below, 'error')} below" if each.errors_below else "well"
    )
    named: dict[str, Any] = {"data-span": span.span_id}
    return html.Div(
        [
            html.Div(
                link([icon("close"), "Close"], links.here("trace", span=""), label="Close (Esc)"), className="close"
            ),
            html.H2(
                [
                    service_name(span.service, service_colours(trace.services)),
                    html.Span(_short(span.name, 300), className="span-name"),
                ]
            ),
            html.P([health_mark(health, word), " ", _short(span.status_message, 500)]),
            html.P(html.Button("Copy its link", className="button small-button", **named)),
            *(html.P([icon("note"), _FLAWS[flaw]], className="note") for flaw in each.flaws),
            _correction(each),
            section("Figures", _figures(trace, each)),
            _peers(each, rank),
            _pairs(trace, each, links),
            *(_access_log(log) for log in trace.access_logs.get(span.span_id, ())),
            section("Attributes", _attributes(attributes_of(span), span.attribute_types)),
            _events(trace, each),
            _links(each, links),
            section("Resource", _attributes(resource_of(span).items(), {})),
            section("Identity", _identity(each)),
        ],
        className="stack trace-span",
    )


def _correction(each: TraceSpan) -> Component | None:
    if not each.correction_ns:
        return None
    moved = fmt.duration(each.correction_ns / 1e3)
    text = f"Moved by {'+' if each.correction_ns > 0 else ''}{moved}: the clock of its instance was off."
    return html.P([icon("note"), text], className="note")


def _figures(trace: Trace, each: TraceSpan) -> Component:
    critical = sum(end - start for start, end in each.critical)
    started = datetime.fromtimestamp((trace.start_unix_nano + each.start_ns) / 1e9, UTC)
    return facts(
        (
            ("Took", fmt.duration(each.length_ns / 1e3)),
            ("Own time", f"{fmt.duration(each.self_ns / 1e3)} ({fmt.share(each.self_ns / max(each.length_ns, 1))})"),
            ("On the critical path", fmt.duration(critical / 1e3) if critical else "no"),
            ("Started", f"+{fmt.duration(each.start_ns / 1e3)}, {fmt.exact_moment(started)}"),
            ("Kind", f"{each.span.kind}{', by the proxy' if each.span.component == PROXY else ''}"),
            ("Spans below", f"{each.below:,}" if each.below else ""),
        )
    )


def _peers(each: TraceSpan, rank: Rank | None) -> Component | None:
    if rank is None or rank.shorter_share is None or rank.peers.spans < 2:
        return None
    p50, p95, p99 = rank.peers.lengths_ns
    share = rank.shorter_share
    words = f"Slower than {fmt.share(share)} of its {rank.peers.spans:,} peers" if share else "The fastest of its peers"
    past = "day" if rank.seconds == DAY else "hour"
    return section(
        "Among its peers",
        [
            html.P(f"{words} of the {past}: same service, operation and kind."),
            _scale(each.length_ns, p50, p99),
            facts(
                (
                    ("Half take up to", fmt.duration(p50 / 1e3)),
                    ("95 %", fmt.duration(p95 / 1e3)),
                    ("99 %", fmt.duration(p99 / 1e3)),
                    ("Failed of them", fmt.share(rank.peers.errors / rank.peers.spans)),
                )
            ),
        ],
    )


def _scale(length: int, p50: float, p99: float) -> Component:
    """This span on a line from nothing to beyond the slowest hundredth."""
    whole = max(length, p99, 1) * 1.08
    marks = [
        html.Span(className=f"mark {name}", title=title, style={"left": f"{100 * value / whole:.2f}%"})
        for name, title, value in (("p50", "half", p50), ("p99", "99 %", p99), ("this", "this span", float(length)))
    ]
    return html.Div(marks, className="peer-scale", **aria(hidden="true"))


def _pairs(trace: Trace, each: TraceSpan, links: Links) -> Component | None:
    rows = [_pair(trace, each, pair, links) for pair in trace.pairs if each.index in (pair.outer, pair.inner)]
    return section("Proxy and application", rows) if rows else None


def _pair(trace: Trace, each: TraceSpan, pair: Pair, links: Links) -> Component:
    other = trace.spans[pair.inner if each.index == pair.outer else pair.outer]
    name = "its proxy's span" if other.span.component == PROXY else "the application's span"
    words = "around" if each.index == pair.outer else "inside"
    what = "the proxy added" if pair.side is Side.INBOUND else "the way to the proxy and back added"
    return html.P(
        [
            f"It is {words} ",
            link(name, links.here("trace", span=other.span.span_id)),
            f" ({fmt.duration(other.length_ns / 1e3)}): {what} ",
            html.B(fmt.duration(pair.overhead_ns / 1e3)),
            ".",
        ]
    )


def _access_log(log: AccessLog) -> Component:
    said = (*explain_flags(log.response_flags), *explain_details(log))
    words = [html.Li([code(each.code), html.B(f" {each.name} "), html.Div(each.text)]) for each in said]
    status = str(log.response_code or "no response")
    times = (
        ("Until sent on", log.upstream_queue_us),
        ("Connecting", log.upstream_connect_us),
        ("TLS handshake", log.upstream_handshake_us),
        ("Waiting for the answer", log.upstream_first_byte_us),
        ("Receiving the answer", log.upstream_response_us),
    )
    return section(
        "Access log of the proxy",
        [
            facts(
                (
                    ("Answer", f"{status} {log.response_flags}".strip()),
                    ("Took", fmt.duration(log.duration_us)),
                    *((name, fmt.duration(time) if time else "") for name, time in times),
                    ("Attempts", str(log.request_attempts) if log.request_attempts > 1 else ""),
                    ("Upstream", code(log.upstream_host) if log.upstream_host else ""),
                    ("Route", log.route_name),
                    ("Security", log.security),
                    ("Caller", code(log.source_principal) if log.source_principal else ""),
                    ("Callee", code(log.destination_principal) if log.destination_principal else ""),
                )
            ),
            html.Ul(words, className="explanations") if words else None,
        ],
        aside=log.reporter,
    )


def _attributes(pairs: Iterable[tuple[str, str]], types: Mapping[str, str]) -> Component:
    known = sorted(pairs)
    rows: list[tuple[Content, ...]] = [
        (code(_short(key, 200)), _value(readable(value, types.get(key, "")))) for key, value in known[:MAX_ATTRIBUTES]
    ]
    if not rows:
        return html.P("None.", className="muted")
    hidden = len(known) - len(rows)
    return html.Div(
        [
            table(("Key", "Value"), rows, numeric=2),
            html.P(f"{hidden} more; a download has them all.", className="muted") if hidden else None,
        ],
        className="attributes",
    )


def _value(text: str) -> Content:
    if text.startswith(("http://", "https://")) and len(text) <= MAX_VALUE:
        return html.A(text, href=text, target="_blank", rel="noopener noreferrer", className="link")
    if len(text) > MAX_VALUE:
        return [text[:MAX_VALUE], html.Span(" … cut: a download has it whole", className="muted")]
    return text


def _events(trace: Trace, each: TraceSpan) -> Component | None:
    if not each.span.events:
        return None
    moved = each.correction_ns - trace.start_unix_nano
    items = [
        html.Details(
            [
                html.Summary(
                    [html.B(_short(name, 200)), html.Span(f"+{fmt.duration((time + moved) / 1e3)}", className="aside")]
                ),
                _attributes(said.items(), {}),
            ],
            open=name == "exception",
            className="span-details",
        )
        for time, name, said in each.span.events[:MAX_EVENTS]
    ]
    return section("Events", items, aside=str(len(each.span.events)))


def _links(each: TraceSpan, links: Links) -> Component | None:
    items = [
        html.Li(
            [
                link(code(trace_id), links.here("trace", id=trace_id, span=span_id, **{"with": ""}))
                if trace_id
                else "",
                " " + ", ".join(f"{key}={_short(value, 100)}" for key, value in said.items()),
            ]
        )
        for trace_id, span_id, said in each.span.links[:MAX_EVENTS]
    ]
    return section("Links", html.Ul(items)) if items else None


def _identity(each: TraceSpan) -> Component:
    span = each.span
    return facts(
        (
            ("Span id", code(span.span_id)),
            ("Parent id", code(span.parent_span_id) if span.parent_span_id else "none" if each.parent == NONE else ""),
            ("Instance", _short(span.instance, 200)),
            ("Namespace", span.namespace),
            ("Version", span.version),
            ("Cluster", span.cluster),
            ("Instrumentation", f"{span.scope_name} {span.scope_version}".strip()),
            ("Trace state", _short(span.trace_state, 500)),
        )
    )


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"
