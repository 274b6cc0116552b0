"""What a trace is, above its waterfall: in words, with its warnings and its ways out."""

from datetime import UTC, datetime

from dash import html
from dash.development.base_component import Component

from dashboard.reads.traces import FILE_PREFIX, UnusableTraceId
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.state.trace import TraceState
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.parts import Content, code, health_mark, icon, link
from meshhub.errors import MeshhubError
from topology.health import Health
from traces.trace_model import NONE, Trace
from traces.trace_statistics import proxy_overhead_ns

API = "/api/v1/traces"
NOTES_SHOWN = 2


def head(trace: Trace, state: TraceState, links: Links) -> Component:
    """Name, figures, warnings, downloads."""
    root = trace.spans[trace.main_root] if trace.main_root != NONE else None
    errors = sum(each.error for each in trace.spans)
    health = Health.FAILING if errors else Health.HEALTHY
    word = fmt.plural(errors, "error") if errors else "no errors"
    title = [
        health_mark(health, word),
        html.Span((root.span.service or "unknown") if root else "", className="service"),
        html.Span(root.span.name[:200] if root else "", className="what"),
    ]
    return html.Div(
        [
            html.Div([html.H2(title), _ways_out(trace, state)], className="trace-title"),
            html.Div(_figures(trace, links), className="trace-figures"),
            _notes(trace),
        ],
        className="trace-head",
    )


def invitation() -> Component:
    """Before anything is asked for."""
    return empty_card(
        "Look at a trace",
        [
            html.P(["Paste a trace id above, in any spelling, or a whole ", code("traceparent"), " header."]),
            html.P("Or open a file: OTLP JSON or Jaeger JSON. Nothing of it is stored."),
            html.P(
                "Traces are searched for on the Requests page; Ctrl-K takes an id on every page.", className="muted"
            ),
        ],
    )


def not_found(error: MeshhubError, state: TraceState, links: Links) -> Component:
    """What was searched, and where else to look."""
    text = str(error)
    cause = text.partition(": ")[2] or text
    ways: list[Content] = []
    if not state.trace_id.startswith(FILE_PREFIX):
        journey = links.here("requests", span="", tab="", **{"with": ""})
        ways.append(link("Look for a request with this id: access logs have every hop", journey))
    title = "Could not read this trace id" if isinstance(error, UnusableTraceId) else "Nothing is known of this trace"
    return html.Div(
        [
            html.H2([icon("search"), title]),
            html.P(cause[:1].upper() + cause[1:]),
            html.Ul([html.Li(way) for way in ways]),
        ],
        className="card empty",
        role="status",
    )


def _figures(trace: Trace, links: Links) -> list[Component]:
    started = datetime.fromtimestamp(trace.start_unix_nano / 1e9, UTC)
    overhead = proxy_overhead_ns(trace)
    pairs: list[tuple[str, Content]] = [
        ("Trace", code(trace.trace_id or "without an id")),
        ("Started", fmt.exact_moment(started)),
        ("Took", fmt.duration(trace.length_ns / 1e3)),
        ("Spans", f"{len(trace.spans):,}"),
        ("Services", f"{len(trace.services)}"),
        ("Depth", f"{max((each.depth for each in trace.spans), default=0) + 1}"),
    ]
    if overhead:
        pairs.append(("Proxies added", fmt.duration(overhead / 1e3)))
    ids = trace.request_ids
    if ids:
        way = links.here("requests", id=ids[0], span="", tab="", find="", **{"with": ""})
        more = f" and {len(ids) - 1} more" if len(ids) > 1 else ""
        pairs.append(("Request", [link(code(ids[0]), way, label="What happened to the request"), more]))
    return [html.Span([html.Span(name, className="muted"), " ", html.Span(value)]) for name, value in pairs]


def _ways_out(trace: Trace, state: TraceState) -> Component:
    name = state.trace_id if state.trace_id.startswith(FILE_PREFIX) else trace.trace_id
    made = [
        html.A([icon("export"), text], href=f"{API}/{name}?format={form}", download="", className="button", title=hint)
        for text, form, hint in (
            ("OTLP", "otlp", "Download as OTLP JSON, values whole"),
            ("Jaeger", "jaeger", "Download as Jaeger JSON, values whole"),
        )
    ]
    return html.Span(made, className="ways-out")


def _notes(trace: Trace) -> Component | None:
    notes = [html.P([icon("note"), note.text], className=f"note {note.code}") for note in trace.notes]
    if not notes:
        return None
    hidden = notes[NOTES_SHOWN:]
    more = html.Details([html.Summary(f"{fmt.plural(len(hidden), 'more warning')}"), *hidden]) if hidden else None
    return html.Div([*notes[:NOTES_SHOWN], more], className="trace-notes")
