"""What the hub configures itself: whether it does, with which sampling, and what it could not serve."""

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.views.parts import code, facts, moment, section, table
from envoy_config.ads.overview import ProxyOverview

MOST_REFUSED = 20


def overview(found: ProxyOverview) -> Component | None:
    """Nothing where the hub configures no proxies."""
    if not found.on:
        return None
    current = sum(each.standing == "current" for each in found.proxies)
    sampling = found.overrides.sampling_percent
    said = found.sampling_percent
    own = "" if sampling is None or said is None else f" (the mesh file says {said:g} %)"
    percent = said if sampling is None else sampling
    parts: list[Component] = [
        facts(
            [
                ("Mesh", found.mesh or None),
                ("Current", f"{current:,} of {fmt.plural(len(found.proxies), 'proxy', 'proxies')}"),
                ("Sampling", None if percent is None else f"{percent:g} %{own}"),
            ]
        )
    ]
    if found.faults:
        parts.append(section("Not served", html.Ul([html.Li(fault) for fault in found.faults])))
    if found.refused:
        rows = [(moment(each.at), code(each.node or "no name"), each.address, each.detail) for each in found.refused]
        head = ("When", "Node", "From", "Why")
        parts.append(section("Streams that were refused", table(head, rows[:MOST_REFUSED], numeric=4)))
    return html.Div(section("Configured by this hub (ADS)", parts), className="card")
