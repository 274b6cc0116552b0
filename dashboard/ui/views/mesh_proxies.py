"""Every proxy: its signals, what it samples and drops, its clock, its configuration."""

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.views import cards
from dashboard.ui.views.parts import Content, health_mark, moment, section, table
from envoy_config.doctor.model import Checkup, SignalStanding, SignalState, Standing, Telemetry
from topology.health import Health

SHOWN = 500
_HEALTH = {
    SignalState.REPORTING: Health.HEALTHY,
    SignalState.SILENT: Health.FAILING,
    SignalState.MISSING: Health.FAILING,
    SignalState.IDLE: Health.IDLE,
    SignalState.OFF: Health.NOT_MEASURED,
}
HEADS = (
    "Workload",
    "Proxy",
    "Access logs",
    "Spans",
    "Stats",
    "Configuration",
    "Sampled",
    "Dropped",
    "Logs / requests",
    "Clock",
)


def proxies(checkup: Checkup) -> Component:
    """The table, by workload; of very many, the first."""
    if not checkup.standings:
        return cards.empty_card("No proxy has reported yet", html.P("Nothing has arrived in the last day."))
    shown = checkup.standings[:SHOWN]
    count = (
        f"{len(shown):,} of {len(checkup.standings):,}" if len(shown) < len(checkup.standings) else f"{len(shown):,}"
    )
    span = fmt.duration(checkup.window.seconds * 1e6)
    content = table(HEADS, [_row(each) for each in shown], numeric=6)
    return html.Div(section("Proxies", content, aside=f"{count} · last {span}"), className="card proxies")


def _row(standing: Standing) -> tuple[Content, ...]:
    dropped = standing.dropped_logs + standing.dropped_spans
    return (
        str(standing.workload),
        standing.instance or fmt.ABSENT,
        *(_signal(standing.signals[signal]) for signal in Telemetry),
        _configuration(standing),
        fmt.share(standing.sampled_share),
        f"{dropped:,}" if standing.requests_counted is not None else fmt.ABSENT,
        _counted(standing),
        fmt.ABSENT if standing.skew_seconds is None else f"{fmt.duration(standing.skew_seconds * 1e6)} ahead",
    )


def _signal(standing: SignalStanding) -> Content:
    mark = health_mark(_HEALTH[standing.state], standing.state.value)
    if standing.last is None or standing.state is SignalState.REPORTING:
        return mark
    return [mark, html.Span([" since ", moment(standing.last)], className="muted small")]


def _configuration(standing: Standing) -> Content:
    found = standing.configuration
    if found is None:
        return html.Span("not ours", className="muted")
    if found.rejected:
        return html.Span(health_mark(Health.FAILING, "rejected"), title=found.rejected)
    if found.version != found.wanted:
        return html.Span(health_mark(Health.DEGRADED, "old"), title=f"{found.version} instead of {found.wanted}")
    return html.Span(health_mark(Health.HEALTHY, found.version[:12]), title=found.version)


def _counted(standing: Standing) -> str:
    if not standing.requests_counted or standing.request_logs_received is None:
        return fmt.ABSENT
    return f"{standing.request_logs_received:,} / {standing.requests_counted:,}"
