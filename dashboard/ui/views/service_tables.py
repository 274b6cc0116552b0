"""What a service is made of: versions side by side, instances, routes, response flags."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.reads.service_model import Instance, Route, Service, Side, Version
from dashboard.ui import format as fmt
from dashboard.ui.figures import signals
from dashboard.ui.figures.annotations import Mark
from dashboard.ui.links import Links
from dashboard.ui.views.parts import Content, code, health_mark, moment, section, table
from dashboard.ui.views.service_charts import chart
from dashboard.ui.views.service_links import access_logs
from meshhub.expression.printing import quote
from topology.canary import Standing
from topology.health.model import Health
from topology.outliers import LEAST_REQUESTS
from topology.tally import Tally
from traces.response_flags import explain_flag

ROUTES_SHOWN = 30
INSTANCES_SHOWN = 50

_COUNTED = ("Requests", "Share", "Failed", "4xx", "p50", "p95", "p99")
_STANDINGS = {
    Standing.BASE: (Health.IDLE, "most requests"),
    Standing.WORSE: (Health.FAILING, "worse"),
    Standing.BETTER: (Health.HEALTHY, "better"),
    Standing.SAME: (Health.HEALTHY, "no difference"),
    Standing.TOO_FEW: (Health.NOT_MEASURED, "too few requests"),
}


def versions(found: Service) -> Component:
    """Each version beside the one with the most requests."""
    total = sum(each.tally.requests for each in found.versions)
    if not found.versions:
        return _nothing("Versions", "No access log of this window says anything of its versions.")
    rows = [_version(each, total, found) for each in found.versions]
    text = None
    if len(found.versions) == 1:
        text = html.P("There is only one version in this window: nothing to compare it with.", className="muted")
    return _card(
        "Versions",
        [table(("Version", *_COUNTED, "Beside the others"), rows), text],
        fmt.plural(len(rows), "version"),
        judged=True,
    )


def instances(found: Service) -> Component:
    """Each instance with its numbers; those that stand out first, with the reason."""
    if found.instance_side is None:
        text = "Not measured: only the proxies of the service itself tell its instances apart, and none reported."
        return _nothing("Instances", text)
    total = sum(each.tally.requests for each in found.instances)
    rows = [_instance(each, total) for each in found.instances[:INSTANCES_SHOWN]]
    of_what = (
        "of the requests that it made" if found.instance_side is Side.CALLS else "of the requests that it answered"
    )
    more = f"{INSTANCES_SHOWN} of {len(found.instances):,}" if len(found.instances) > INSTANCES_SHOWN else None
    aside = more or fmt.plural(len(found.instances), "instance")
    return _card(
        "Instances",
        [
            table(("Instance", *_COUNTED, "Beside the others"), rows),
            html.P(f"Numbers are what each one's own proxy reported {of_what}.", className="muted small"),
        ],
        aside,
        judged=True,
    )


def routes(found: Service, links: Links) -> Component:
    """The routes and methods, busiest first."""
    if not found.routes:
        return _nothing("Routes", "No access log of this window names a route.")
    total = sum(each.tally.requests for each in found.routes)
    rows = [_route(each, total, found, links) for each in found.routes[:ROUTES_SHOWN]]
    many = len(found.routes) > ROUTES_SHOWN
    aside = f"{ROUTES_SHOWN} of {len(found.routes):,}" if many else fmt.plural(len(found.routes), "route")
    return _card("Routes", table(("Route", *_COUNTED), rows), aside)


def flags(found: Service, marks: Sequence[Mark]) -> Component:
    """The response flags over time, and what each says."""
    if not found.flags:
        text = "No request of this window has a response flag: no proxy had anything to remark."
        return _nothing("Response flags", text if found.side else "Nobody reported requests.")
    total = sum(each.tally.requests for each in found.routes) or 1
    rows: list[tuple[Content, ...]] = []
    for flag, course in found.flags.items():
        requests = sum(count for _, count in course)
        explained = explain_flag(flag)
        words = html.Span([code(flag), " ", html.Span(explained.text, className="muted small")])
        rows.append((words, f"{requests:,}", fmt.share(min(1.0, requests / total))))
    figure = signals.flags(found.flags, found.flag_step, found.window, marks)
    return html.Div(
        section("Response flags", [chart("", figure), table(("Flag", "Requests", "Share"), rows)]),
        className="card flags",
    )


def _version(each: Version, total: int, found: Service) -> tuple[Content, ...]:
    health, word = _STANDINGS[each.comparison.standing]
    seen: list[Component | str] = []
    if each.born is not None:
        seen = [html.Div(["First seen ", moment(each.born)], className="muted small")]
    elif each.last_seen.timestamp() < found.window.end.timestamp() - 180:
        seen = [html.Div(["Last seen ", moment(each.last_seen)], className="muted small")]
    name: Component = code(each.name) if each.name else html.Span("not named", className="muted")
    words = [html.Div(reason, className="small") for reason in each.comparison.reasons]
    return ([name, *seen], *_counted(each.tally, total), html.Div([health_mark(health, word), *words]))


def _instance(each: Instance, total: int) -> tuple[Content, ...]:
    name: list[Component | str] = [code(each.name) if each.name else "not named"]
    if each.versions:
        name += [" ", html.Span(", ".join(each.versions), className="muted")]
    if each.outliers:
        verdict: Component = html.Div(
            [
                health_mark(Health.FAILING, "stands out"),
                *(html.Div(outlier.text, className="small") for outlier in each.outliers),
            ]
        )
    elif each.tally.requests < LEAST_REQUESTS:
        verdict = health_mark(Health.NOT_MEASURED, "too few requests")
    else:
        verdict = html.Span("")
    return (name, *_counted(each.tally, total), verdict)


def _route(each: Route, total: int, found: Service, links: Links) -> tuple[Content, ...]:
    method = f"{each.method} " if each.method else ""
    if not each.name:
        label: Content = html.Span(f"{method}{each.transport} without a named route", className="muted")
    else:
        more = [f"route = {quote(each.name)}"] + ([f"method = {quote(each.method)}"] if each.method else [])
        label = [html.Span(method, className="muted"), access_logs(found, links, each.name, *more)]
    return (label, *_counted(each.tally, total))


def _counted(tally: Tally, total: int) -> tuple[str, ...]:
    latency = tally.latency
    return (
        f"{tally.requests:,}",
        fmt.share(tally.requests / total if total else None),
        fmt.share(tally.error_share),
        fmt.share(tally.client_error_share),
        *(fmt.duration(getattr(latency, name) if latency else None) for name in ("p50", "p95", "p99")),
    )


def _card(title: str, content: Content, aside: str, *, judged: bool = False) -> Component:
    name = "card wide-table judged" if judged else "card wide-table"
    return html.Div(section(title, content, aside=aside), className=name)


def _nothing(title: str, text: str) -> Component:
    return html.Div(section(title, html.P(text, className="muted")), className="card")
