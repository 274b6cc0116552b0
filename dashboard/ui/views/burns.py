"""The SLOs that burn on what is selected in the topology."""

from dash import html
from dash.development.base_component import Component

from dashboard.ui.state.slos import NAME
from dashboard.ui.views.about import About
from dashboard.ui.views.parts import health_mark, link
from topology.health.model import Health


def burns(about: About, element_id: str) -> Component | None:
    """A line for each, which leads to it; None where none burns."""
    found = about.look.burning.of(element_id)
    if not found:
        return None
    rows = [
        html.Li(
            [
                health_mark(Health.FAILING if each.paging else Health.DEGRADED, each.words),
                " ",
                link(each.slo, about.links.here("slos", **{**dict.fromkeys(about.links.own(), ""), NAME: each.slo})),
            ]
        )
        for each in found
    ]
    return html.Ul(rows, className="burns")
