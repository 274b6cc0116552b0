"""What the doctor says: how the whole mesh is wired in a sentence, then each fault with its evidence and its cure."""

from collections import Counter
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.links import Links
from dashboard.ui.views import cards
from dashboard.ui.views.parts import Content, code, copyable, health_mark, icon, link
from envoy_config.doctor.model import Checkup, Diagnosis, SamplingRemedy, SignalState, Telemetry
from topology.health import Health
from traces.finders.model import Severity

_WORDS = {Severity.CRITICAL: "■ Broken", Severity.WARNING: "▲ Incomplete", Severity.NOTE: "● Worth a look"}
_HEALTH = {
    Severity.CRITICAL: Health.FAILING,
    Severity.WARNING: Health.DEGRADED,
    Severity.NOTE: Health.HEALTHY,
}
_LISTED = 5


def doctor(checkup: Checkup, links: Links) -> Component:
    """The part of the page; where no proxy reports, what to do."""
    if not checkup.standings and not checkup.diagnoses:
        return cards.empty_card(
            "No proxy has reported yet",
            [
                html.P("Nothing has arrived in the last day. Make the configuration that wires your mesh to this hub:"),
                copyable("meshhub wire emit --help", "Copy the command"),
            ],
        )
    return html.Div([_head(checkup), *(_card(diagnosis, links) for diagnosis in checkup.diagnoses)], className="doctor")


def _head(checkup: Checkup) -> Component:
    worst = min((each.severity for each in checkup.diagnoses), key=list(Severity).index, default=None)
    proxies = fmt.plural(len(checkup.standings), "proxy", "proxies")
    workloads = fmt.plural(len({each.workload for each in checkup.standings}), "workload")
    if worst is None:
        words = f"All {proxies} of {workloads} are wired as they should be."
    else:
        faults = fmt.plural(len(checkup.diagnoses), "thing")
        what = "worth a look" if worst is Severity.NOTE else "to mend"
        words = f"{faults} {what} in the wiring of {proxies} of {workloads}."
    return html.Div(
        [
            html.H2([health_mark(Health.HEALTHY if worst is None else _HEALTH[worst]), html.Span(words)]),
            html.Div([_tile(checkup, signal) for signal in Telemetry], className="tiles"),
        ],
        className="card head",
    )


def _tile(checkup: Checkup, signal: Telemetry) -> Component:
    states = Counter(each.signals[signal].state for each in checkup.standings)
    others = [
        f"{states[state]} {state}"
        for state in (SignalState.SILENT, SignalState.MISSING, SignalState.IDLE, SignalState.OFF)
        if states[state]
    ]
    return html.Div(
        [
            html.Div(str(signal).capitalize(), className="muted"),
            html.Div(f"{states[SignalState.REPORTING]:,} of {len(checkup.standings):,}", className="value"),
            html.Div("; ".join(others) or "all proxies report", className="muted small"),
        ],
        className="tile",
    )


def _card(diagnosis: Diagnosis, links: Links) -> Component:
    cure, change = diagnosis.cure, diagnosis.cure.change
    return html.Article(
        [
            html.Header(
                [
                    html.Span(_WORDS[diagnosis.severity], className=f"severity {diagnosis.severity}"),
                    html.H2(diagnosis.title),
                    html.Span(_place(diagnosis), className="muted"),
                ]
            ),
            html.P(diagnosis.evidence),
            html.P([icon("note"), html.Span(cure.text)], className="fix"),
            copyable(change, "Copy the change") if change else None,
            _remedy(cure.remedy),
            _instances(diagnosis),
            _examples(diagnosis, links),
        ],
        className="card finding",
    )


def _remedy(remedy: SamplingRemedy | None) -> Component | None:
    """The button that has the hub make the change (assets/mesh.js)."""
    if remedy is None:
        return None
    said: dict[str, Any] = {"data-percent": f"{remedy.percent:g}", "data-service": remedy.service or ""}
    return html.Button(f"Set sampling to {remedy.percent:g} % now", className="button remedy", **said)


def _place(diagnosis: Diagnosis) -> str:
    place = str(diagnosis.workload) if diagnosis.workload.service else "the whole mesh"
    return f"{place} · {diagnosis.code}"


def _instances(diagnosis: Diagnosis) -> Component | None:
    if len(diagnosis.instances) <= 1:
        return None
    shown = [code(name) for name in diagnosis.instances[:_LISTED] if name]
    rest = len(diagnosis.instances) - _LISTED
    pieces: list[Component | str | None] = ["Proxies: ", *(piece for each in shown for piece in (each, " "))]
    if rest > 0:
        pieces.append(f"and {rest:,} more")
    return html.P(pieces, className="examples")


def _examples(diagnosis: Diagnosis, links: Links) -> Component | None:
    if not diagnosis.examples:
        return None
    away = dict.fromkeys(links.own(), "")
    shown = [link(code(request), links.here("requests", **{**away, "id": request})) for request in diagnosis.examples]
    pieces: Content = ["Requests that show it: ", *(piece for each in shown for piece in (each, " "))]
    return html.P(pieces, className="examples")
