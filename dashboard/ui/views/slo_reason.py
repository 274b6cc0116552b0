"""What burns an SLO's budget: which values of which facets, what was new then, and requests that show it."""

from dash import html
from dash.development.base_component import Component

from alerting.reason.contributions import CARRIES, MORE_THAN_ITS_SHARE, OUTCOMES
from alerting.reason.model import Contribution, Explanation
from alerting.specification.model import Slo
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.state import slos as state
from dashboard.ui.views.parts import Content, code, link, moment, section, table
from dashboard.ui.views.slo_links import contribution_logs

_HEAD = ("", "", "Share of the bad", "Share of all", "Bad", "Before", "First seen")


def contributions(slo: Slo, found: Explanation, links: Links) -> Component | None:
    """A row for each value; those that carry the burn stand out. None where nothing is known."""
    if not found.contributions:
        return None
    rows, before = [], ""
    for each in found.contributions:
        rows.append(_row(slo, each, links, "" if each.facet == before else each.facet))
        before = each.facet
    aside = f"since {fmt.moment(found.since)}, against the time before" if found.since else ""
    return html.Div(section("What burns it", table(_HEAD, rows, numeric=2), aside=aside), className="card carried")


def changes(found: Explanation) -> Component | None:
    """What came as it began; None where nothing did."""
    if not found.changes:
        return None
    rows = [html.Li([moment(each.time), f" {each.text}"]) for each in found.changes]
    return html.Div(section("What changed then", html.Ul(rows)), className="card")


def examples(found: Explanation, links: Links) -> Component | None:
    """Bad requests to look at; None where there are none."""
    if not found.examples:
        return None
    rows = [
        (
            link(code(each.request_id), links.here("requests", **{**state.OWN, "id": each.request_id})),
            each.outcome,
            fmt.duration(each.duration_us),
            moment(each.time),
        )
        for each in found.examples
    ]
    return html.Div(
        section("Requests that show it", table(("Request", "Ended", "Took", "At"), rows, numeric=2)), className="card"
    )


def _row(slo: Slo, each: Contribution, links: Links, head: str) -> tuple[Content, ...]:
    href = contribution_logs(slo, each, links)
    telling = each.facet in OUTCOMES or each.share_of_bad - each.share_of_requests >= MORE_THAN_ITS_SHARE
    carries = each.share_of_bad >= CARRIES and telling
    value = link(each.value, href, label="Its access logs") if href else html.Span(each.value)
    before = "not seen" if each.baseline_bad_share is None else f"{fmt.share(each.baseline_bad_share)} bad"
    return (
        html.Span(head, className="muted"),
        [html.Span("▶ ", className="carries", title="carries the burn") if carries else None, value],
        _meter(each.share_of_bad, "bad"),
        _meter(each.share_of_requests, "all"),
        f"{each.bad:,} of {each.requests:,}",
        before,
        moment(each.first_seen),
    )


def _meter(share: float, kind: str) -> Component:
    fill = html.Span(className=f"fill {kind}", style={"width": f"{100 * min(max(share, 0.0), 1.0):.1f}%"})
    return html.Span([html.Span(fill, className="track"), fmt.share(share)], className="meter")
