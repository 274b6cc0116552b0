"""How the hub does: a sentence, the numbers of now, their course, and what is stored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.reads.hub import HubHealth, Process
from dashboard.ui import format as fmt
from dashboard.ui import hub_metrics
from dashboard.ui.figures.annotations import Mark, annotate
from dashboard.ui.figures.series import Points, add_up, latest, per_second, pick, quotient, total_growth
from dashboard.ui.figures.timeline import timeline
from dashboard.ui.views import freshness
from dashboard.ui.views.parts import health_mark, section, table
from storage.records.hub import TableSize
from topology.health import Health

_HEALTH = {
    "well": Health.HEALTHY,
    "troubled": Health.DEGRADED,
    "silent": Health.FAILING,
    "ended": Health.NOT_MEASURED,
}
LAG_SECONDS = 15.0
"""From this lag on the hub is degraded."""
_GRAPH_CONFIG: Any = {"displayModeBar": False, "responsive": True}


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart of the page: a line for each value of an attribute of a metric."""

    title: str
    lines: dict[str, Points]
    unit: str
    stacked: bool = False


def hub(health: HubHealth, marks: Iterable[Mark] = (), processes: Sequence[Process] = ()) -> Component:
    """The page; `marks` are what was put in force meanwhile, `processes` those of the hub."""
    told = tuple(marks)
    charts = [_chart(chart, health, told) for chart in _charts(health)]
    return html.Div(
        [
            _head(health),
            *_processes(processes),
            html.Div(charts, className="charts"),
            html.P("Times of the charts are UTC.", className="muted small"),
            html.Div(section("Storage", _storage(health.tables), aside=_total(health.tables)), className="card"),
        ]
    )


def _head(health: HubHealth) -> Component:
    state, words = judge(health)
    accepted = _now(health, hub_metrics.ACCEPTED)
    lag = max((latest(points) or 0 for points in _all(health, hub_metrics.LAG)), default=None)
    return html.Div(
        [
            html.H2([health_mark(state), html.Span(words)]),
            html.Div(
                [
                    _tile("Taken", fmt.rate(accepted), "spans, log records and data points"),
                    _tile("Newest data", fmt.age(freshness.newest(health.age)), "of access logs and spans"),
                    _tile("Lag", fmt.duration(None if lag is None else lag * 1e6), "from taken to queryable"),
                    _tile("Refused", _count(health, hub_metrics.REFUSED), "requests in this window"),
                    _tile("Quarantined", _count(health, hub_metrics.QUARANTINED), "requests in this window"),
                    _tile("Insert failures", _count(health, hub_metrics.INSERT_FAILURES), "in this window"),
                ],
                className="tiles",
            ),
        ],
        className="card head",
    )


def _processes(processes: Sequence[Process]) -> list[Component]:
    """Nothing where one process is the whole hub: what is said of it is said above."""
    if len(processes) < 2:
        return []
    rows = [
        (
            html.Span([health_mark(_HEALTH[each.state]), each.name]),
            ", ".join(each.roles) + (" (evaluates)" if each.leads else ""),
            _said(each),
            f"{fmt.duration(each.age_seconds * 1e6)} ago",
            each.version,
        )
        for each in processes
    ]
    return [
        html.Div(
            section("Processes", table(("Process", "Roles", "State", "Heard of", "Version"), rows)), className="card"
        )
    ]


def _said(process: Process) -> str:
    if process.state == "silent":
        return "silent: gone without a word, or cut off from the store"
    return "; ".join(f"{name}: {reason}" for name, reason in process.trouble) or process.state


def judge(health: HubHealth) -> tuple[Health, str]:
    """How the hub does, and the reason that weighs most, in words."""
    lag = max((latest(points) or 0 for points in _all(health, hub_metrics.LAG)), default=0)
    quarantined, refused = _grown(health, hub_metrics.QUARANTINED), _grown(health, hub_metrics.REFUSED)
    if _grown(health, hub_metrics.INSERT_FAILURES):
        return Health.FAILING, "The engine failed to take inserts in this window: what is taken waits in the journal."
    if lag >= LAG_SECONDS:
        return Health.DEGRADED, f"The newest data waits {fmt.duration(lag * 1e6)} until it can be queried."
    if quarantined:
        return (
            Health.DEGRADED,
            f"{fmt.plural(round(quarantined), 'request')} could not be stored: see meshhub quarantine list.",
        )
    if refused:
        return Health.DEGRADED, f"{fmt.plural(round(refused), 'request was', 'requests were')} refused in this window."
    if not health.series:
        return Health.NOT_MEASURED, "The hub has no metrics of its own in this window."
    return Health.HEALTHY, "The hub takes what it is sent, and nothing waits."


def _charts(health: HubHealth) -> tuple[Chart, ...]:
    return (
        Chart("Records taken", _rates(health, hub_metrics.ACCEPTED), "/s", stacked=True),
        Chart("Bytes taken, decompressed", _rates(health, hub_metrics.ACCEPTED_BYTES), "B/s", stacked=True),
        Chart("Lag: taken to queryable", _gauges(health, hub_metrics.LAG), "s"),
        Chart("Time of an insert, mean", _insert_times(health), "s"),
        Chart("Waiting in the journal", _gauges(health, hub_metrics.JOURNAL_BYTES), "B", stacked=True),
        Chart("Requests refused, by reason", _rates(health, hub_metrics.REFUSED, "reason"), "/s"),
    )


def _chart(chart: Chart, health: HubHealth, marks: Sequence[Mark]) -> Component:
    if any(chart.lines.values()):
        figure = annotate(timeline(chart.lines, health.window, chart.unit, stacked=chart.stacked), marks)
        body: Component = html.Div(dcc.Graph(figure=figure, config=_GRAPH_CONFIG), className="chart")
    else:
        none = "None in this window." if health.series else "Nothing was recorded in this window."
        body = html.P(none, className="muted nothing")
    return html.Div([html.H3(chart.title), body], className="card chart-card")


def _rates(health: HubHealth, metric: str, label: str = "signal") -> dict[str, Points]:
    picked = pick(health.series, metric, label)
    return {name: add_up([per_second(points) for points in several]) for name, several in picked.items()}


def _gauges(health: HubHealth, metric: str) -> dict[str, Points]:
    return {name: add_up(several) for name, several in pick(health.series, metric, "signal").items()}


def _insert_times(health: HubHealth) -> dict[str, Points]:
    sums = pick(health.series, hub_metrics.INSERT_SECONDS, "signal")
    counts = pick(health.series, hub_metrics.INSERTS, "signal")
    return {name: quotient(add_up(sums[name]), add_up(counts[name])) for name in sums if name in counts}


def _all(health: HubHealth, metric: str) -> list[Points]:
    return [series.points for series in health.series if series.metric == metric]


def _grown(health: HubHealth, metric: str) -> float:
    return sum(total_growth(points) for points in _all(health, metric))


def _count(health: HubHealth, metric: str) -> str:
    return fmt.number(round(_grown(health, metric))) if _all(health, metric) else "0"


def _now(health: HubHealth, metric: str) -> float | None:
    rates = [latest(per_second(points)) for points in _all(health, metric)]
    known = [rate for rate in rates if rate is not None]
    return sum(known) if known else None


def _tile(name: str, value: str, meaning: str) -> Component:
    return html.Div(
        [
            html.Div(name, className="muted"),
            html.Div(value, className="value"),
            html.Div(meaning, className="muted small"),
        ],
        className="tile",
    )


def _storage(tables: Sequence[TableSize]) -> Component:
    rows = [
        (
            each.table_name,
            fmt.number(each.total_rows),
            fmt.size(each.bytes_on_disk),
            fmt.size(each.bytes_on_disk / each.total_rows if each.total_rows else None),
            f"{fmt.number(each.bytes_uncompressed / each.bytes_on_disk if each.bytes_on_disk else None)} : 1",
            f"{each.parts:,}",
        )
        for each in tables
    ]
    return table(("Table", "Rows", "On disk", "Per row", "Packed", "Parts"), rows)


def _total(tables: Sequence[TableSize]) -> str:
    return f"{fmt.size(sum(each.bytes_on_disk for each in tables))} on disk"
