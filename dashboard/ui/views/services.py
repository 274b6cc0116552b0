"""The list of services: a row for each, what hurts most first."""

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.reads.service_model import ServiceList, ServiceRow
from dashboard.reads.service_pain import LEAST_SLOWER, by_pain, slower
from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.query import View
from dashboard.ui.state import services as state
from dashboard.ui.theme import MARKS
from dashboard.ui.views.cards import empty_card
from dashboard.ui.views.grid import Column, column, number_column
from dashboard.ui.views.parts import code, link
from topology.health.model import Health, HealthReport, Verdict
from topology.model import Latency, NodeKind

MUCH_SLOWER = 1.5
"""From so many times the p95 of the window before on, the change is shown as bad."""

_KINDS = {NodeKind.GATEWAY: "gateway", NodeKind.EXTERNAL: "outside the mesh", NodeKind.TCP: "TCP"}

COLUMNS: tuple[Column, ...] = (
    column(
        "service", "Service", cellRenderer="GridLink", width=232, pinned="left",
        comparator={"function": "meshhubByText"}, getQuickFilterText={"function": "params.data.search"},
    ),
    column(
        "health", "Health", cellRenderer="GridHealth", width=112,
        comparator={"function": "meshhubByOrder"}, getQuickFilterText={"function": "params.data.health.word"},
    ),
    number_column("rate", "Rate", width=80),
    column("course", "Course", cellRenderer="GridSpark", width=108, sortable=False),
    number_column("errors", "Failed", width=78),
    number_column("p50", "p50", width=80),
    number_column("p95", "p95", width=130, cellRenderer="GridDelta"),
    number_column("p99", "p99", width=80),
    number_column("instances", "Instances", width=84),
    column("versions", "Versions", width=96, tooltipField="versions"),
    column("reason", "Why", flex=1, minWidth=190, tooltipField="reason"),
)  # fmt: skip


def rows(services: ServiceList, health: HealthReport, scope: View, links: Links) -> list[dict[str, Any]]:
    """The rows of the grid, within the clusters and namespaces of the scope."""
    shown = [row for row in by_pain(services.rows, health.nodes) if _within(row, scope)]
    several = len({row.node.cluster for row in shown if row.node.cluster}) > 1
    return [_row(row, place, health.nodes, links, name_cluster=several) for place, row in enumerate(shown)]


def count(shown: int, services: ServiceList, health: HealthReport) -> str:
    """How many there are, and how many of them are in trouble."""
    states = [health.nodes[row.node.id].health for row in services.rows if row.node.id in health.nodes]
    parts = [
        f"{shown:,} of {fmt.plural(len(services.rows), 'service')}"
        if shown != len(services.rows)
        else fmt.plural(shown, "service")
    ]
    troubled = (each for each in (Health.FAILING, Health.DEGRADED) if each in states)
    parts.extend(f"{states.count(each):,} {MARKS[each].word}" for each in troubled)
    parts.append(f"{fmt.duration(services.graph.window.seconds * 1e6)} to {fmt.moment(services.graph.window.end)}")
    if services.graph.truncated:
        parts.append("only the busiest call relations were read")
    return " · ".join(parts)


def nothing(services: ServiceList, scope: View, links: Links) -> Component | None:
    """Why there are no rows; None where there are some."""
    span = f"from {fmt.moment(services.graph.window.start)} to {fmt.moment(services.graph.window.end)}"
    if not services.rows:
        return empty_card(
            "No calls in this window",
            [
                html.P(f"No proxy reported a call {span}."),
                html.P(["Look at a longer window, or ", link("connect a proxy", links.here("topology")), "."]),
            ],
        )
    if not any(_within(row, scope) for row in services.rows):
        places = ", ".join((*scope.clusters, *scope.namespaces))
        return empty_card(
            "No service in this scope",
            [
                html.P([f"Of {len(services.rows):,} services {span}, none is in ", code(places), "."]),
                html.P(link("Show all", links.here("services", ns="", cluster=""))),
            ],
        )
    return None


def _within(row: ServiceRow, scope: View) -> bool:
    node = row.node
    return (not scope.clusters or node.cluster in scope.clusters) and (
        not scope.namespaces or node.namespace in scope.namespaces
    )


def _row(
    row: ServiceRow, place: int, verdicts: Mapping[str, Verdict], links: Links, *, name_cluster: bool
) -> dict[str, Any]:
    node, verdict = row.node, verdicts.get(row.node.id)
    health = verdict.health if verdict else Health.NOT_MEASURED
    mark = MARKS[health]
    reason = verdict.reason if verdict else "nothing measured it"
    latency = row.latency
    name = node.service or "unknown"
    cluster = node.cluster if name_cluster else ""
    return {
        "id": node.id,
        "order": place,
        "service": {
            "text": name,
            "note": " · ".join(filter(None, (node.namespace, cluster, _KINDS.get(node.kind, "")))),
            "href": links.here("services", **{state.SERVICE_ID: node.id}),
            "title": node.id,
        },
        "search": f"{name} {node.namespace} {node.cluster} {' '.join(node.versions)} {_KINDS.get(node.kind, '')}",
        "health": {"health": health.value, "glyph": mark.glyph, "word": mark.word, "reason": reason},
        "rate": row.per_second,
        "course": list(row.course),
        "errors": row.error_share,
        **_quantiles(latency),
        "instances": row.instances,
        "versions": ", ".join(node.versions),
        "reason": reason,
        "delta": _delta(row),
        "text": {
            "rate": fmt.rate(row.per_second),
            "errors": fmt.share(row.error_share),
            "p50": fmt.duration(latency.p50 if latency else None),
            "p95": fmt.duration(latency.p95 if latency else None),
            "p99": fmt.duration(latency.p99 if latency else None),
            "instances": fmt.ABSENT if row.instances is None else f"{row.instances:,}",
        },
    }


def _quantiles(latency: Latency | None) -> dict[str, float | None]:
    return {name: getattr(latency, name) if latency else None for name in ("p50", "p95", "p99")}


def _delta(row: ServiceRow) -> dict[str, str] | None:
    """How the p95 stands beside the window before; None where it is about the same, or nothing is known."""
    times = slower(row)
    if times is None or row.before is None or 1 / LEAST_SLOWER < times < LEAST_SLOWER:
        return None
    worse = Health.FAILING if times >= 2 else Health.DEGRADED if times >= MUCH_SLOWER else Health.IDLE
    return {
        "field": "p95",
        "text": f"{'▲' if times > 1 else '▼'} {times - 1:+.0%}".replace("%", " %"),
        "health": worse.value if times > 1 else Health.HEALTHY.value,
        "title": f"p95 of the window before: {fmt.duration(row.before.p95)}",
    }
