"""The golden signals of a service over time, as Plotly figures."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.ui.figures.annotations import Mark, annotate
from dashboard.ui.figures.timeline import Figure, timeline
from dashboard.ui.theme import CHART_NEUTRAL, SERVICE_HUES
from meshhub.model import TimeRange
from meshhub.outcome import Outcome
from topology.series import Step

OUTCOME_COLOURS = {
    Outcome.OK: SERVICE_HUES[1],
    Outcome.CLIENT_ERROR: SERVICE_HUES[2],
    Outcome.SERVER_ERROR: "#d0453b",
    Outcome.GRPC: SERVICE_HUES[4],
    Outcome.NO_RESPONSE: SERVICE_HUES[7],
    Outcome.RESET: SERVICE_HUES[3],
}
OUTCOME_NAMES = {
    Outcome.OK: "ok",
    Outcome.CLIENT_ERROR: "4xx",
    Outcome.SERVER_ERROR: "5xx",
    Outcome.GRPC: "gRPC error",
    Outcome.NO_RESPONSE: "no response",
    Outcome.RESET: "reset",
}
QUANTILE_COLOURS = {"p50": SERVICE_HUES[5], "p90": SERVICE_HUES[0], "p95": SERVICE_HUES[3], "p99": SERVICE_HUES[4]}
OTHER_FLAGS = "other flags"
MAX_FLAGS = 6

Courses = Mapping[str, tuple[tuple[float, float], ...]]


def rate(steps: Sequence[Step], step_seconds: int, window: TimeRange, marks: Iterable[Mark] = ()) -> Figure:
    """Requests per second, stacked by how they ended; what did not occur has no band."""
    bands: dict[str, tuple[tuple[float, float], ...]] = {}
    for outcome in Outcome:
        course = tuple((step.time.timestamp(), _count(step, outcome) / step_seconds) for step in steps)
        if outcome is Outcome.OK or any(value for _, value in course):
            bands[OUTCOME_NAMES[outcome]] = course
    colours = {OUTCOME_NAMES[outcome]: colour for outcome, colour in OUTCOME_COLOURS.items()}
    return _finished(timeline(bands, window, "/s", stacked=True), colours, marks)


def error_share(steps: Sequence[Step], window: TimeRange, marks: Iterable[Mark] = ()) -> Figure:
    """Failed requests of all, in percent; a step without requests is a gap."""
    failed, wrong = [], []
    for step in steps:
        if step.requests:
            errors = sum(_count(step, outcome) for outcome in Outcome if outcome.failed)
            failed.append((step.time.timestamp(), 100 * errors / step.requests))
            wrong.append((step.time.timestamp(), 100 * _count(step, Outcome.CLIENT_ERROR) / step.requests))
    lines: dict[str, tuple[tuple[float, float], ...]] = {"failed": tuple(failed)}
    if any(value for _, value in wrong):
        lines["4xx"] = tuple(wrong)
    colours = {"failed": OUTCOME_COLOURS[Outcome.SERVER_ERROR], "4xx": OUTCOME_COLOURS[Outcome.CLIENT_ERROR]}
    figure = _finished(timeline(lines, window, " %"), colours, marks)
    highest = max((value for _, value in (*failed, *wrong)), default=0)
    if highest < 1:
        figure["layout"]["yaxis"] |= {"range": [0, 1], "autorange": False}
    return figure


def latency(steps: Sequence[Step], window: TimeRange, marks: Iterable[Mark] = ()) -> Figure:
    """Quantiles in seconds; a step without requests is a gap."""
    lines = {
        name: tuple((step.time.timestamp(), step.latency[name] / 1e6) for step in steps if name in step.latency)
        for name in QUANTILE_COLOURS
    }
    return _finished(timeline(lines, window, "s"), QUANTILE_COLOURS, marks)


def flags(courses: Courses, step_seconds: int, window: TimeRange, marks: Iterable[Mark] = ()) -> Figure:
    """Requests per second with each response flag; those beyond the six most frequent are one."""
    rates = {
        name: tuple((at, requests / step_seconds) for at, requests in course)
        for name, course in list(courses.items())[:MAX_FLAGS]
    }
    rest = list(courses.values())[MAX_FLAGS:]
    if rest:
        sums: dict[float, float] = {}
        for at, requests in (point for course in rest for point in course):
            sums[at] = sums.get(at, 0) + requests / step_seconds
        rates[OTHER_FLAGS] = tuple(sorted(sums.items()))
    figure = timeline(rates, window, "/s")
    for index, line in enumerate(figure["data"]):
        colour = CHART_NEUTRAL if line["name"] == OTHER_FLAGS else SERVICE_HUES[(index * 3 + 7) % len(SERVICE_HUES)]
        line |= {
            "type": "bar",
            "marker": {"color": colour},
            "width": step_seconds * 900,
            "offset": 0,
        }
        del line["mode"], line["line"]
    figure["layout"] |= {"barmode": "stack", "bargap": 0, "showlegend": True}
    return annotate(figure, marks)


def _finished(figure: Figure, colours: Mapping[str, str], marks: Iterable[Mark]) -> Figure:
    for line in figure["data"]:
        colour = colours[line["name"]]
        line["line"] = {"color": colour, "width": 1.5}
        if "fillcolor" in line:
            line["fillcolor"] = f"{colour}33"
            line["line"]["width"] = 1
    layout: dict[str, Any] = figure["layout"]
    layout["showlegend"] = True
    return annotate(figure, marks)


def _count(step: Step, outcome: Outcome) -> int:
    if outcome is Outcome.OK:
        return step.requests - sum(step.errors.values())
    return step.errors.get(outcome.value, 0)
