"""How the calls around a hop went."""

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.views.parts import facts, icon, section
from traces.model import Hop


def surroundings(hop: Hop) -> Component | None:
    """Rate, failures and latency of its relation in the minutes around it, and what stats say of the caller's pool."""
    around = hop.around
    if around is None:
        return None
    median, slow, slowest = around.latency_us
    failed = fmt.share(around.failed / around.requests) if around.requests else fmt.ABSENT
    rows = facts(
        (
            ("Calls", f"{fmt.plural(around.requests, 'call')}, {fmt.rate(around.requests / (around.minutes * 60))}"),
            ("Failed", f"{failed} ({around.failed:,})"),
            ("Median", fmt.duration(median)),
            ("95 % within", fmt.duration(slow)),
            ("99 % within", fmt.duration(slowest)),
            ("This one", fmt.duration(hop.duration_us)),
        )
    )
    notes = [html.P([icon("note"), note.text], className="note") for note in around.pool]
    text = f"{fmt.plural(around.minutes, 'minute')} around it, by the {around.reporter}'s proxies"
    return section("Calls around it", html.Div([rows, *notes]), aside=text)
