"""One service: how it does in words, then its numbers over time, its peers, versions, instances, routes and wiring."""

from collections.abc import Iterable

from dash import html
from dash.development.base_component import Component

from dashboard.reads.service_model import Service, Side
from dashboard.reads.service_series import steps_of
from dashboard.ui import format as fmt
from dashboard.ui.figures.annotations import Mark, within
from dashboard.ui.links import Links
from dashboard.ui.state import services as state
from dashboard.ui.views.parts import Content, aria, facts, health_mark, icon, link
from dashboard.ui.views.service_charts import charts
from dashboard.ui.views.service_links import access_logs, traces
from dashboard.ui.views.service_peers import peers
from dashboard.ui.views.service_requests import requests
from dashboard.ui.views.service_tables import flags, instances, routes, versions
from dashboard.ui.views.service_wiring import slos, wiring
from topology.canary import Standing
from topology.health.model import Health, HealthReport, Verdict
from topology.model import NodeKind, NodeTraffic
from topology.series import NodeSeries

SIDES = {
    Side.CALLERS: "As its callers saw it",
    Side.OWN: "As its own proxy saw it",
    Side.CALLS: "Its own calls",
}
_KINDS = {
    NodeKind.SERVICE: "",
    NodeKind.GATEWAY: "A gateway: traffic enters or leaves the mesh here.",
    NodeKind.EXTERNAL: "A host outside the mesh: only its callers' proxies report.",
    NodeKind.TCP: "Only seen with TCP connections: requests are connections.",
    NodeKind.UNKNOWN: "Nothing said who this is.",
}


def service(
    found: Service, health: HealthReport, series: NodeSeries, links: Links, happened: Iterable[Mark] = ()
) -> Component:
    """The page of one service. `happened` is what did besides new versions: alerts, configuration."""
    marks = within((*_births(found), *happened), found.window)
    return html.Div(
        [
            _head(found, health.nodes.get(found.node.id), links),
            charts(found, steps_of(series, found.side), marks),
            html.Div([peers(found, health, links, side) for side in ("inbound", "outbound")], className="columns"),
            versions(found),
            instances(found),
            html.Div([routes(found, links), flags(found, marks)], className="columns"),
            requests(found, links),
            html.Div([slos(found, links), wiring(found)], className="columns"),
        ],
        className="one-service",
    )


def _head(found: Service, verdict: Verdict | None, links: Links) -> Component:
    node = found.node
    health = verdict.health if verdict else Health.NOT_MEASURED
    reasons = verdict.reasons if verdict else ()
    return html.Div(
        [
            html.Div(
                [
                    html.H2([health_mark(health), html.Span(node.service or "Unknown")]),
                    html.Span(
                        [
                            link([icon("back"), "All services"], links.here("services", id="", side="")),
                            link("Show in the topology", links.here("topology", select=node.id, id="", side="")),
                            access_logs(found, links, "Access logs"),
                            traces(found, links, "Traces"),
                        ],
                        className="ways",
                    ),
                ],
                className="title",
            ),
            html.Ul([html.Li(_sentence(reason.text)) for reason in reasons], className="reasons"),
            *(html.P(text) for text in _words(found)),
            *(html.P([icon("note"), text], className="note") for text in _silences(found)),
            html.Div(
                [
                    facts(
                        (
                            ("Namespace", node.namespace),
                            ("Cluster", node.cluster),
                            ("Versions", ", ".join(node.versions)),
                            ("Workloads", ", ".join(node.workloads)),
                        )
                    ),
                    facts(
                        (
                            ("Answers", _traffic(node.inbound)),
                            (
                                "Calls",
                                _traffic(node.outbound) if node.outbound or not node.reporting else "none reported",
                            ),
                        )
                    ),
                ],
                className="columns",
            ),
            _side_switch(found, links),
        ],
        className="card head",
    )


def _words(found: Service) -> Iterable[str]:
    kind = _KINDS[found.node.kind]
    if kind:
        yield kind
    for each in found.versions:
        if each.comparison.standing in (Standing.WORSE, Standing.BETTER):
            yield f"Version {each.name or 'without a name'}: {' '.join(each.comparison.reasons)}"
    off = [each for each in found.instances if each.outliers]
    if off:
        names = ", ".join(each.name for each in off[:3]) + (" and others" if len(off) > 3 else "")
        yield (
            f"{len(off)} of {fmt.plural(len(found.instances), 'instance')} "
            f"{'stands' if len(off) == 1 else 'stand'} out: {names}."
        )


def _silences(found: Service) -> Iterable[str]:
    node = found.node
    if not found.sides:
        yield "Nobody reported a request of it in this window: nothing here is measured."
    if not node.reporting and node.kind in (NodeKind.SERVICE, NodeKind.TCP, NodeKind.GATEWAY):
        yield (
            "Its own proxy sent no access logs in this window: its instances, and what it calls, are not measured. "
            "What is shown is what its callers' proxies saw."
        )
    if found.sides and found.side is Side.CALLS and node.kind is not NodeKind.UNKNOWN and not node.inbound:
        yield "No proxy reported a call to it: what is shown are the calls that it makes."


def _traffic(traffic: NodeTraffic | None) -> Content:
    if traffic is None:
        return html.Span("not measured", className="muted")
    return f"{fmt.rate(traffic.per_second)}, {fmt.share(traffic.error_share)} failed ({traffic.requests:,} requests)"


def _side_switch(found: Service, links: Links) -> Component | None:
    """Whose numbers follow, with the other sides to choose."""
    if not found.sides:
        return None
    choices = []
    for side, counted in sorted(found.sides.items(), key=lambda pair: list(Side).index(pair[0])):
        text: list[Component | str | None] = [SIDES[side], html.Span(f" {counted:,}", className="muted")]
        if side is found.side:
            choices.append(html.Span(text, className="choice chosen", **aria(current="true")))
        else:
            choices.append(
                html.Span(link(text, links.here("services", **{state.SIDE: side.value})), className="choice")
            )
    return html.Div([html.Span("Numbers below", className="muted"), *choices], className="sides")


def _births(found: Service) -> Iterable[Mark]:
    for each in found.versions:
        if each.born is not None:
            yield Mark("version", each.born, f"version {each.name or 'without a name'} first seen")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
