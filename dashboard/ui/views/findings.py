"""What the finders found, as cards: worst first, each with its evidence, the fix and requests that show it."""

from dash import html
from dash.development.base_component import Component

from dashboard.reads.findings import Findings
from dashboard.ui.links import Links
from dashboard.ui.views import cards
from dashboard.ui.views.parts import code, icon, link
from traces.finders.model import Finding, Severity

_WORDS = {Severity.CRITICAL: "■ Broken", Severity.WARNING: "▲ Costly", Severity.NOTE: "● Worth a look"}

LOOKED_FOR = (
    "services that lose the request id or the trace context",
    "request ids that are not UUIDs and silence tracing",
    "retry storms",
    "the same call made over and over for one request (N+1)",
    "chatty edges",
    "latency hidden in the proxies",
)


def findings(found: Findings, links: Links) -> Component:
    """All findings of a window, or what was looked for where there are none."""
    if not found.findings:
        return cards.empty_card(
            "Nothing was found",
            [html.P("The traffic of this window was searched for:"), html.Ul([html.Li(each) for each in LOOKED_FOR])],
        )
    return html.Div([*_share_looked_at(found), *(_card(finding, links) for finding in found.findings)])


def _share_looked_at(found: Findings) -> list[Component]:
    if found.one_of == 1:
        return []
    text = (
        f"So many requests that one in {found.one_of:,} was looked at one by one, and propagation in the last "
        f"{found.propagation_window.seconds:.0f} s of the window. A shorter window is looked at more closely."
    )
    return [html.P(text, className="muted")]


def _card(finding: Finding, links: Links) -> Component:
    examples = [link(code(request), links.here("requests", id=request, hop="")) for request in finding.examples]
    return html.Article(
        [
            html.Header(
                [
                    html.Span(_WORDS[finding.severity], className=f"severity {finding.severity}"),
                    html.H2(finding.title),
                    html.Span(_place(finding), className="muted"),
                ]
            ),
            html.P(finding.evidence),
            html.P([icon("note"), html.Span(finding.fix)], className="fix"),
            html.P(["Requests that show it: ", *_apart(examples)], className="examples") if examples else None,
        ],
        className="card finding",
    )


def _place(finding: Finding) -> str:
    parts = [finding.source] if finding.destination is None else [finding.source, finding.destination]
    return " → ".join(str(part) for part in parts)


def _apart(links: list[Component]) -> list[Component | str]:
    return [piece for each in links for piece in (each, " ")]
