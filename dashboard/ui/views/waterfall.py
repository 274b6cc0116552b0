"""The hops of a request over time. Drawn from access logs alone where there are no spans."""

from collections.abc import Iterable, Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.theme import CHART_NEUTRAL, MARKS, service_colours
from dashboard.ui.views.journey_words import judge_hop
from traces.model import Hop, Journey, SpanNote
from traces.party_words import caller_name, hop_name, party_name

TICKS = 4
_ROOM_BEHIND, _ROOM_BEFORE = 72, 28
"""Up to which end, and from which start, in percent, a bar leaves room for its label."""


def waterfall(journey: Journey, chosen: str, links: Links) -> Component:
    """One row for each hop in causal order, and below it the spans that were made in it."""
    length = max([journey.duration_us, 1, *(hop.start_us + hop.duration_us for hop in journey.hops)])
    spans, colours = _spans_by_hop(journey), _colours(journey)
    rows: list[Component] = []
    for hop in journey.hops:
        rows.append(_hop_row(hop, length, chosen, links, colours))
        rows += [_span_row(span, hop.depth + 1, length, service, colours) for service, span in spans.get(hop.id, ())]
    rows += [_span_row(span, 0, length, service, colours) for service, span in spans.get("", ())]
    return html.Div([_axis(length), html.Div(rows, className="rows"), _key(journey)], className="waterfall card")


def _colours(journey: Journey) -> Mapping[str, str]:
    """Of every service that has a bar."""
    called = [hop.destination.identity.service for hop in journey.hops]
    return service_colours([*called, *(workload.identity.service for workload in journey.workloads)])


def _spans_by_hop(journey: Journey) -> dict[str, list[tuple[str, SpanNote]]]:
    known = {hop.id for hop in journey.hops}
    placed: dict[str, list[tuple[str, SpanNote]]] = {}
    for workload in journey.workloads:
        for span in workload.spans:
            placed.setdefault(span.hop if span.hop in known else "", []).append((workload.identity.service, span))
    return placed


def _axis(length: int) -> Component:
    ticks = [
        html.Span(fmt.duration(length * tick / TICKS), className="tick", style={"left": f"{100 * tick / TICKS}%"})
        for tick in range(TICKS + 1)
    ]
    return html.Div([html.Span("Hop", className="name"), html.Div(ticks, className="track")], className="axis")


def _hop_row(hop: Hop, length: int, chosen: str, links: Links, colours: Mapping[str, str]) -> Component:
    health, words = judge_hop(hop)
    name = [
        html.Span(MARKS[health].glyph, className=f"health {health}", title=words),
        html.Span(caller_name(hop), className="muted"),
        html.Span(" → "),
        html.Span(party_name(hop.destination), className="service"),
        html.Span(f"{hop.method} {hop.path}".strip() or hop.transport.upper(), className="what"),
    ]
    return dcc.Link(
        [
            html.Span(name, className="name", style={"paddingLeft": f"{8 + 16 * hop.depth}px"}),
            html.Span(
                [*_bars(hop, length, colours[hop.destination.identity.service]), _end_label(hop, length)],
                className="track",
            ),
        ],
        href=links.here("requests", hop="" if hop.id == chosen else hop.id),
        className=f"row hop {health}" + (" chosen" if hop.id == chosen else ""),
        title=f"{hop_name(hop)}: {fmt.duration(hop.duration_us)}, {words}",
    )


def _bars(hop: Hop, length: int, colour: str) -> Iterable[Component]:
    """The caller's proxy's time as the bar, the callee's proxy's inside it."""
    if hop.client is not None:
        yield _bar("client", hop.client.start_us, hop.client.duration_us, length, colour)
    for attempt in hop.attempts:
        if attempt.server is not None:
            yield _bar("server", attempt.server.start_us, attempt.server.duration_us, length, colour)


def _bar(kind: str, start: int, duration: int, length: int, colour: str) -> Component:
    left, width = _percent(start, length), _percent(duration, length)
    return html.Span(className=f"bar {kind}", style={"left": f"{left}%", "width": f"{width}%", "--bar": colour})


def _end_label(hop: Hop, length: int) -> Component:
    parts = [fmt.duration(hop.duration_us)]
    report = hop.client or hop.server
    if report is not None and report.outcome.failed and report.response_code:
        parts.append(str(report.response_code))
    parts += [flag.code for flag in report.flags] if report else []
    if len(hop.attempts) > 1:
        parts.append(f"{len(hop.attempts)} attempts")
    return _label(" · ".join(parts), hop.start_us, hop.duration_us, length)


def _label(text: str, start: int, duration: int, length: int) -> Component:
    """Beside the bar where there is room: behind it, before it, or else on its end."""
    left, end = _percent(start, length), _percent(start + duration, length)
    if end <= _ROOM_BEHIND:
        return html.Span(text, className="label", style={"left": f"{end}%"})
    if left >= _ROOM_BEFORE:
        return html.Span(text, className="label", style={"right": f"{100 - left}%"})
    return html.Span(text, className="label on", style={"right": f"{100 - end}%"})


def _span_row(span: SpanNote, depth: int, length: int, service: str, colours: Mapping[str, str]) -> Component:
    ill = span.status == "error"
    glyph = html.Span("■" if ill else "◆", className="health failing" if ill else "muted")
    text = [glyph, html.Span(service, className="muted"), html.Span(span.name, className="what span-name")]
    says = fmt.duration(span.duration_us) + (f" · {span.status_message}" if span.status_message else "")
    track = [
        _bar("span", span.start_us, span.duration_us, length, colours[service]),
        _label(says, span.start_us, span.duration_us, length),
    ]
    return html.Div(
        [
            html.Span(text, className="name", style={"paddingLeft": f"{8 + 16 * depth}px"}),
            html.Span(track, className="track"),
        ],
        className="row span",
        title=f"span {span.name} ({span.kind}) of {service}: {fmt.duration(span.duration_us)}",
    )


def _key(journey: Journey) -> Component:
    kinds = [("client", "time at the caller's proxy"), ("server", "time at the callee's proxy")]
    if any(workload.spans for workload in journey.workloads):
        kinds.append(("span", "span of an application"))
    colour = {"--bar": CHART_NEUTRAL}
    items = [html.Span([html.Span(html.Span(className=f"bar {kind}"), style=colour), text]) for kind, text in kinds]
    return html.Div(items, className="key muted small")


def _percent(part: int, whole: int) -> float:
    return round(min(100.0, max(0.0, 100 * part / whole)), 3)
