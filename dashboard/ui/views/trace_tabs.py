"""The other ways to look at a trace: statistics, table, logs, JSON."""

import json

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.theme import service_colours
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.parts import code, link, table
from dashboard.ui.views.trace_summary import service_name
from traces.otlp_json import write_otlp
from traces.trace_model import Trace, TraceSpan
from traces.trace_statistics import Figures, by_operation, by_service

MAX_ROWS = 500
MAX_JSON = 200_000
JSON_SPANS = 50


def statistics(trace: Trace) -> Component:
    """By service, then by operation."""
    figures = ("Spans", "Errors", "Total", "Mean", "Shortest", "Median", "Longest", "Own", "Critical")
    colours = service_colours(trace.services)
    services = [(service_name(each.service, colours), *_figures_row(each)) for each in by_service(trace)]
    operations = by_operation(trace)
    return html.Div(
        [
            table(("Service", *figures), services, numeric=1),
            html.H3("By operation"),
            table(
                ("Service", "Operation", *figures),
                [
                    (service_name(each.service, colours), each.operation[:160], *_figures_row(each))
                    for each in operations[:MAX_ROWS]
                ],
                numeric=2,
            ),
            _rest(len(operations), "operations"),
        ],
        className="card trace-tab",
    )


def span_table(trace: Trace, links: Links) -> Component:
    """The spans, longest own time first."""
    colours = service_colours(trace.services)
    longest = sorted(trace.spans, key=lambda each: (-each.self_ns, each.index))[:MAX_ROWS]
    rows = [
        (
            service_name(each.span.service, colours),
            link(each.span.name[:160] or "without a name", links.here("trace", span=each.span.span_id)),
            each.span.kind,
            _answer(each),
            f"+{fmt.duration(each.start_ns / 1e3)}",
            fmt.duration(each.length_ns / 1e3),
            fmt.duration(each.self_ns / 1e3),
        )
        for each in longest
    ]
    heads = ("Service", "Operation", "Kind", "Answer", "Start", "Took", "Own time")
    return html.Div([table(heads, rows, numeric=4), _rest(len(trace.spans), "spans")], className="card trace-tab")


def logs(trace: Trace, links: Links) -> Component:
    """The lines that applications logged with this trace id, and the events of spans, by time."""
    lines: list[tuple[int, str, str, str, str]] = [
        (record.time_unix_nano, record.severity_text or "LOG", record.service, record.body, record.span_id)
        for record in trace.logs
    ]
    for each in trace.spans:
        lines += [
            (time + each.correction_ns, "EVENT", each.span.service, _event(name, said), each.span.span_id)
            for time, name, said in each.span.events
        ]
    if not lines:
        return empty_card(
            "No log line carries this trace id",
            html.P(
                "Applications that send their logs over OTLP with the trace context show here, and events of spans."
            ),
        )
    lines.sort()
    items = [
        html.Li(
            [
                html.Span(f"+{fmt.duration((time - trace.start_unix_nano) / 1e3)}", className="offset"),
                html.Span(severity, className="severity"),
                link(service, links.here("trace", span=span_id)) if span_id else html.Span(service),
                html.Span(text[:2_000], className="body"),
            ],
            className=f"log {severity.lower()}" if severity.isalpha() else "log",
        )
        for time, severity, service, text, span_id in lines[:MAX_ROWS]
    ]
    return html.Div([html.Ol(items, className="logs"), _rest(len(lines), "lines")], className="card trace-tab")


def as_json(trace: Trace, chosen: TraceSpan | None) -> Component:
    """The chosen span, or the first ones, as OTLP JSON."""
    shown = [chosen] if chosen else list(trace.spans[:JSON_SPANS])
    text = json.dumps(write_otlp([each.span for each in shown]), indent=2, ensure_ascii=False)
    some = len(shown) < len(trace.spans)
    all_or_some = f"The first {len(shown)} of {len(trace.spans):,} spans" if some else "All spans"
    what = "The chosen span" if chosen else all_or_some
    cut = "" if len(text) <= MAX_JSON else " Cut here; the download is whole."
    return html.Div(
        [
            html.P(f"{what} as OTLP JSON, as sent.{cut}", className="muted"),
            html.Pre(text[:MAX_JSON], className="trace-json"),
        ],
        className="card trace-tab",
    )


def _figures_row(each: Figures) -> tuple[Component | str, ...]:
    times = (
        each.total_ns, each.mean_ns, each.shortest_ns, each.middle_ns, each.longest_ns, each.self_ns, each.critical_ns
    )  # fmt: skip
    return (
        f"{each.spans:,}",
        html.Span(f"{each.errors}", className="health failing") if each.errors else "0",
        *(fmt.duration(time / 1e3) for time in times),
    )


def _answer(each: TraceSpan) -> Component | str:
    said = (
        f"{each.span.response_code or ''} {'' if each.span.response_flags == '-' else each.span.response_flags}".strip()
    )
    if each.error:
        return html.Span(["■ ", said or each.span.status_message[:80] or "error"], className="health failing")
    return code(said) if said else ""


def _event(name: str, said: dict[str, str]) -> str:
    return f"{name} " + " ".join(f"{key}={value}" for key, value in sorted(said.items()))


def _rest(count: int, what: str) -> Component | None:
    if count <= MAX_ROWS:
        return None
    return html.P(f"The first {MAX_ROWS} of {count:,} {what}; a download has all.", className="muted")
