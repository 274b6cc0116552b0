"""One SLO: the verdict in words, then its budget, its windows, what burns it, and what it said before."""

from collections.abc import Iterable
from datetime import timedelta

from dash import html
from dash.development.base_component import Component

from alerting.evaluation.state import SloState
from alerting.reason import words
from alerting.reason.model import Explanation
from alerting.specification.model import Kind, Slo
from alerting.specification.quantities import length_text
from dashboard.reads.slos import SloDetail
from dashboard.ui import format as fmt
from dashboard.ui.figures.annotations import Mark
from dashboard.ui.links import Links
from dashboard.ui.state import slos as state
from dashboard.ui.views import slo_past, slo_reason
from dashboard.ui.views.parts import Content, code, facts, health_mark, icon, link, section
from dashboard.ui.views.slo_links import failed_logs, logs
from dashboard.ui.views.slo_standing import standing
from dashboard.ui.views.slo_windows import budget_bar, coverage, windows
from dashboard.ui.views.slos import window_words


def slo(found: SloDetail, service_id: str, links: Links) -> Component:
    """The page of one SLO. `service_id` is the node it is about, empty where it is not in the graph."""
    one, explanation = found.state.slo, found.explanation
    marks = tuple(Mark(each.kind, each.time, each.text) for each in explanation.changes)
    if explanation.since is not None:
        marks += (Mark("slo", explanation.since, "it began to burn"),)
    return html.Div(
        [
            _head(found.state, explanation, service_id, links),
            html.Div(
                [
                    html.Div(section("Burn rates", windows(found.state), aside=_BURN), className="card"),
                    html.Div(section("Measured", _measured(found.state)), className="card"),
                ],
                className="columns",
            ),
            slo_past.card(found.past, links, slo_past.marks(found.past, marks)),
            slo_reason.contributions(one, explanation, links),
            html.Div(
                [
                    slo_reason.changes(explanation),
                    slo_reason.examples(explanation, links),
                    slo_past.episodes(found.past),
                ],
                className="columns",
            ),
            html.Div(section("As it is written", _written(one)), className="card"),
        ],
        className="one-slo",
    )


_BURN = "how many times faster than allowed; both windows of a pair have to be over the line"


def _head(found: SloState, explanation: Explanation, service_id: str, links: Links) -> Component:
    stands = standing(found)
    return html.Div(
        [
            html.Div(
                [
                    html.H2([health_mark(stands.health, stands.word), html.Span(found.slo.name)]),
                    html.Span(list(_ways(found.slo, service_id, links)), className="ways"),
                ],
                className="title",
            ),
            html.P(found.slo.title, className="muted") if found.slo.title else None,
            html.P(explanation.headline, className="verdict"),
            html.Ul([html.Li(each) for each in explanation.sentences], className="reasons"),
            html.P([icon("alert"), explanation.trouble], className="note") if explanation.trouble else None,
            budget_bar(found),
        ],
        className="card head",
    )


def _ways(one: Slo, service_id: str, links: Links) -> Iterable[Component]:
    yield link([icon("back"), "All SLOs"], links.here("slos", **state.OWN))
    if service_id:
        yield link("Service", links.here("services", **{**state.OWN, "id": service_id}))
        yield link("Topology", links.here("topology", **{**state.OWN, "select": service_id}))
    yield link("Bad requests", failed_logs(one, links))
    yield link("Access logs", logs(one, links))
    yield link("Edit and try", links.here("slos", **{**state.OWN, state.EDIT: one.name}))


def _measured(found: SloState) -> list[Component]:
    budget = found.budget
    said = f"{budget.counts.bad:,} of {budget.counts.total:,} requests were bad; {fmt.number(budget.allowed)} may be."
    shown = [html.P(f"Since {budget.start:%Y-%m-%d %H:%M} UTC: {said}"), coverage(found.coverage)]
    if not found.complete:
        shown.append(html.P("The hub is still reading the past: these counts are not whole yet.", className="note"))
    return shown


def _written(one: Slo) -> Component:
    runbook: Content = None
    if one.runbook.startswith(("https://", "http://")):
        runbook = html.A(one.runbook, href=one.runbook, className="link", rel="noreferrer", target="_blank")
    return html.Div(
        [
            facts(
                (
                    ("Description", one.description),
                    ("Whose requests", str(one.selector)),
                    ("Good is", _good(one)),
                    ("Objective", f"{words.percent(one.objective)} over {window_words(one)}"),
                    ("Counted by", f"the {one.selector.view.value}'s proxies"),
                    ("Alerts take", f"{one.low_traffic.failures} failures of {one.low_traffic.requests} requests"),
                )
            ),
            facts(
                (
                    ("Owner", one.owner),
                    ("Runbook", runbook),
                    ("Labels", ", ".join(f"{name}={value}" for name, value in one.labels.items())),
                    ("Targets", ", ".join(one.targets)),
                    ("Written in", code(one.origin) if one.origin else ""),
                )
            ),
        ],
        className="columns",
    )


def _good(one: Slo) -> str:
    fast = f"answered in less than {length_text(timedelta(microseconds=one.indicator.below_us))}"
    return {
        Kind.AVAILABILITY: "answered without a failure",
        Kind.LATENCY: f"{fast}; failures do not count",
        Kind.BOTH: f"{fast}, without a failure",
    }[one.indicator.kind]
