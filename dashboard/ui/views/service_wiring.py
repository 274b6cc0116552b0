"""What the hub is sent by a service, what it is not sent, and which objectives are about it."""

from datetime import UTC, datetime

from dash import html
from dash.development.base_component import Component

from dashboard.reads.service_model import Service, SloStanding
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.views.parts import Content, health_mark, link, moment, section, table
from storage.records.services import SignalReport
from topology.health.model import Health
from topology.model import NodeKind

_SIGNALS = {
    "access logs": "every request of it is counted",
    "spans of proxies": "its place in traces",
    "spans of applications": "what it does between its calls",
    "stats": "connection pools, ejections, circuit breakers",
}


def wiring(found: Service) -> Component:
    """By signal: how much, when last, from how many instances; what is missing says what is not known because of it."""
    if found.node.kind is NodeKind.EXTERNAL:
        return _card("Wiring", html.P("Outside the mesh: no proxy of its own reports.", className="muted"), "")
    reports = {report.signal: report for report in found.wiring.reports}
    rows = [_row(signal, meaning, reports.get(signal)) for signal, meaning in _SIGNALS.items()]
    span = f"last {fmt.duration(found.wiring.window.seconds * 1e6)} of the window"
    return _card(
        "Wiring: what the hub is sent", [table(("Signal", "Records", "Last", "From"), rows), _facts(found)], span
    )


def slos(found: Service, links: Links) -> Component:
    """The objectives about the service; where there are none, how to define one."""
    if not found.slos:
        text = (
            "No objective is defined for it. An objective says which share of its requests has to be good, and pages "
            "when its budget burns too fast: "
        )
        new = links.here("slos", **{**dict.fromkeys(links.own(), ""), "edit": "new"})
        words: list[Component | str | int | float | None] = [text, link("write one", new), "."]
        return _card("Objectives (SLOs)", html.P(words, className="muted"), "")
    rows = [_objective(slo, links) for slo in found.slos]
    return _card("Objectives (SLOs)", table(("", "Objective", "Budget left"), rows, numeric=2), f"{len(rows)}")


def _row(signal: str, meaning: str, report: SignalReport | None) -> tuple[Content, ...]:
    if report is None or not report.records:
        missing = html.Span(f"none: {meaning}: not measured", className="muted")
        return ([health_mark(Health.NOT_MEASURED, signal), " ", missing], "0", fmt.ABSENT, fmt.ABSENT)
    return (
        health_mark(Health.HEALTHY, signal),
        f"{report.records:,}",
        moment(datetime.fromtimestamp(report.newest, UTC)),
        fmt.plural(report.instances, "instance"),
    )


def _facts(found: Service) -> Component:
    logs = next((report for report in found.wiring.reports if report.signal == "access logs"), None)
    told = sorted({version for report in found.wiring.reports for version in report.proxy_versions if version})
    if logs is None or not logs.with_context:
        sampled = "Sampling: not known, no access log carries a trace context."
    else:
        share = logs.sampled / logs.with_context
        sampled = f"Sampling: {fmt.share(share)} of its access logs with a trace context were sampled for tracing."
    proxies = f"Proxy: Envoy {', '.join(told)}." if told else "Proxy: no span or stat tells its version."
    return html.Div([html.P(sampled), html.P(proxies)], className="muted small")


def _objective(slo: SloStanding, links: Links) -> tuple[Content, ...]:
    href = links.here("slos", **{**dict.fromkeys(links.own(), ""), "slo": slo.name})
    overspent = slo.budget_left is not None and slo.budget_left <= 0
    health = Health.FAILING if slo.firing else Health.DEGRADED if overspent else Health.HEALTHY
    return (
        [health_mark(health, "burning" if slo.firing else "spent" if overspent else "kept"), " ", link(slo.name, href)],
        slo.objective,
        fmt.share(slo.budget_left),
    )


def _card(title: str, content: Content, aside: str) -> Component:
    return html.Div(section(title, content, aside=aside), className="card")
