"""The spans of one hop: those of its proxies, and those that applications made in it."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.views.parts import code, facts, section
from traces.model import Hop, Journey, SpanNote


def spans(hop: Hop, journey: Journey) -> Component | None:
    """Each span with its attributes and events, folded; None if the hop has none."""
    proxies = [report.span for report in (hop.client, hop.server) if report and report.span]
    made = [span for workload in journey.workloads for span in workload.spans if span.hop == hop.id]
    if not proxies and not made:
        return None
    return section("Spans", html.Div([_span(span) for span in (*proxies, *made)]))


def _span(span: SpanNote) -> Component:
    events = [
        html.Li([f"+{fmt.duration(offset)} ", html.B(name), " ", _pairs(attributes)])
        for offset, name, attributes in span.events
    ]
    return html.Details(
        [
            html.Summary(
                [
                    html.Span(span.name, className="span-name"),
                    html.Span(fmt.duration(span.duration_us), className="aside"),
                ]
            ),
            facts(
                (
                    ("Kind", span.kind),
                    ("Status", f"{span.status} {span.status_message}".strip()),
                    ("Span id", code(span.span_id)),
                )
            ),
            facts(tuple((key, value) for key, value in sorted(span.attributes.items()))),
            html.Ul(events) if events else None,
        ],
        className="span-details",
    )


def _pairs(attributes: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(attributes.items()))
