"""What happened to one request: a summary in words, the waterfall of its hops, and the chosen hop in full."""

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.views.hop_panel import hop_panel
from dashboard.ui.views.hop_times import breakdown
from dashboard.ui.views.journey_words import TOLD, sentences, start_time
from dashboard.ui.views.parts import code, facts, health_mark, icon, link, section, table
from dashboard.ui.views.waterfall import waterfall
from meshhub.errors import NotFound
from topology.health import judge_outcome
from traces.model import Hop, Journey, LogNote
from traces.party_words import hop_name

OWN_TIMES_SHOWN = 12
AWAITED = "Looking for paths that ids were lost on, and at the calls around each hop …"


def journey(found: Journey, chosen: str, links: Links, *, rest: str = "") -> Component:
    """The page of one request.

    Args:
        found: what is known of it.
        chosen: the id of the hop whose details are shown; empty for none.
        links: to other views.
        rest: a word on what is not known yet.
    """
    hop = next((hop for hop in found.hops if hop.id == chosen), None)
    main = [
        link("‹ Requests", links.here("requests", id="", hop=""), label="Back to the search"),
        _head(found, links),
        *(html.P([icon("note"), note.text], className="note") for note in found.notes if note.code not in TOLD),
        *(html.P([icon("note"), html.B("Fix: "), text], className="note") for text in _fixes(found)),
        waterfall(found, chosen, links),
        _logs(found),
        _sources(found),
        html.P(rest, className="muted", role="status") if rest else None,
    ]
    return html.Div(
        [html.Div(main, className="main"), html.Aside(_panel(found, hop, links), className="panel", tabIndex=-1)],
        className="with-panel",
    )


def not_found(error: NotFound) -> Component:
    """What was searched, and what may be the reason."""
    text = str(error)
    reasons = (
        "This page looks again by itself: the request may be on its way.",
        "Applications often log ids of their own; it takes Envoy's x-request-id, or a trace id.",
        "Proxies that are silent are named on the Topology page.",
    )
    return html.Div(
        [
            html.H2([icon("search"), "Nothing is known of this request"]),
            html.P(text[:1].upper() + text[1:]),
            html.Ul([html.Li(reason) for reason in reasons], className="muted"),
        ],
        className="card empty",
        role="status",
    )


def _head(found: Journey, links: Links) -> Component:
    first = found.hops[0] if found.hops else None
    title = f"{first.method} {first.path}".strip() if first else ""
    return html.Div(
        [
            html.H2([health_mark(judge_outcome(found.outcome), _status(first)), html.Span(title or "Request")]),
            *(html.P(sentence) for sentence in sentences(found)),
            facts(
                (
                    ("Request id", code(found.request_id)),
                    ("Trace id", [_trace(trace_id, found, links) for trace_id in found.trace_ids]),
                    ("Started", fmt.exact_moment(start_time(found))),
                    ("Took", fmt.duration(found.duration_us)),
                )
            ),
            html.P([icon("trace"), found.sampling.text], className="sampling"),
        ],
        className="card head",
    )


def _trace(trace_id: str, found: Journey, links: Links) -> Component:
    """Its id; a link where spans were stored."""
    if not found.found.spans:
        return code(trace_id)
    return link(code(trace_id), links.here("trace", id=trace_id, hop="", q=""), label="Look at its trace")


def _status(hop: Hop | None) -> str:
    report = (hop.client or hop.server) if hop else None
    if report is None:
        return ""
    return str(report.response_code) if report.response_code else report.outcome.value.replace("_", " ")


def _panel(found: Journey, hop: Hop | None, links: Links) -> Component:
    if hop is not None:
        close = link([icon("close"), "Close"], links.here("requests", hop=""), label="Close (Esc)")
        return html.Div([html.Div(close, className="close"), hop_panel(hop, found)])
    hint = "Select a hop to see what both proxies said of it: status, flags, times, TLS, attempts."
    return html.Div(
        [
            html.H2("Where the time went"),
            breakdown(found.times),
            section("By hop", _own_times(found, links)),
            html.P(hint, className="muted"),
        ],
        className="stack",
    )


def _own_times(found: Journey, links: Links) -> Component:
    whole, hops = max(found.duration_us, 1), {hop.id: hop for hop in found.hops}
    rows = [
        (
            link(hop_name(hops[spent.hop]), links.here("requests", hop=spent.hop)),
            fmt.duration(spent.time_us),
            fmt.share(spent.time_us / whole),
        )
        for spent in found.spent[:OWN_TIMES_SHOWN]
    ]
    return table(("Beyond the calls it led to", "Time", "Share"), rows)


def _fixes(found: Journey) -> tuple[str, ...]:
    """What mends the breaks, each once."""
    return tuple(dict.fromkeys(each.fix for each in found.breaks))


def _logs(found: Journey) -> Component | None:
    lines = sorted(
        ((line, workload.identity.service) for workload in found.workloads for line in workload.logs),
        key=lambda pair: pair[0].offset_us,
    )
    if not lines:
        return None
    rows = [html.Li(_log_line(line, service), className=f"log {line.severity.lower()}") for line, service in lines]
    return section("Application logs", html.Ol(rows, className="logs"), aside=fmt.plural(len(rows), "line"))


def _log_line(line: LogNote, service: str) -> list[Component]:
    return [
        html.Span(fmt.duration(line.offset_us), className="offset"),
        html.Span(line.severity, className="severity"),
        html.Span(service, className="service"),
        html.Span(line.body or line.event_name, className="body"),
    ]


def _sources(found: Journey) -> Component:
    counts = found.found
    text = (
        f"From {fmt.plural(counts.access_logs, 'access log')}, {fmt.plural(counts.spans, 'span')} and "
        f"{fmt.plural(counts.logs, 'log line')}."
    )
    if counts.truncated:
        text += " There are more than are read for one request: this is not all."
    return html.P(text, className="muted")
