"""Golden signals as small charts: data for assets/sparks.js, which draws them in the colours of the scheme."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.ui import format as fmt
from dashboard.ui.figures.annotations import Mark
from meshhub.outcome import Outcome
from topology.series import CallSeries, Step

Value = Callable[[Step, int], float | None]
"""A number of a step of so many seconds; None where it was not measured."""

_FAILURES = frozenset(outcome.value for outcome in Outcome if outcome.failed)


def golden(calls: CallSeries, *, marks: Iterable[Mark] = ()) -> Component | None:
    """Rate, share of failed requests and p95 over the window, as client and as server saw them; None if neither did."""
    if calls.client is None and calls.server is None:
        return None
    told = tuple(marks)
    rows = [
        _spark("Rate", "rate", calls, _rate, fmt.rate, told),
        _spark("Failed", "failed", calls, _failed, fmt.share, told),
        _spark("p50", "p50", calls, _latency("p50"), fmt.duration, told),
        _spark("p95", "p95", calls, _latency("p95"), fmt.duration, told),
    ]
    sides = [("as client", calls.client), ("as server", calls.server)]
    key = [
        html.Span([html.Span(className=f"line {name.rsplit(' ', 1)[1]}"), name])
        for name, steps in sides
        if steps is not None
    ]
    return html.Div([*rows, html.Div(key, className="spark-key muted small")], className="sparks")


def _spark(
    label: str, kind: str, calls: CallSeries, value: Value, write: Callable[[float | None], str], marks: Sequence[Mark]
) -> Component:
    lines = {name: _values(steps, calls.step_seconds, value) for name, steps in _sides(calls)}
    every = [number for values in lines.values() for number in values if number is not None]
    first = next(values for values in lines.values())
    data = {
        "start": round(calls.window.start.timestamp() * 1000),
        "step": calls.step_seconds * 1000,
        "lines": {
            name: [None if each is None else float(f"{each:.4g}") for each in values] for name, values in lines.items()
        },
        "texts": {name: [write(each) for each in values] for name, values in lines.items()},
        "marks": [[round(mark.time.timestamp() * 1000), mark.kind, mark.text] for mark in marks],
    }
    drawn: dict[str, Any] = {"data-spark": json.dumps(data, separators=(",", ":"))}
    latest = next((each for each in reversed(first) if each is not None), None)
    return html.Div(
        [
            html.Span(label, className="muted"),
            html.Div(className=f"spark {kind}", role="img", **drawn),
            html.Span(
                [write(latest), html.Span(f"max {write(max(every) if every else None)}", className="muted small")],
                className="spark-value",
            ),
        ],
        className="spark-row",
    )


def _sides(calls: CallSeries) -> Iterable[tuple[str, tuple[Step, ...]]]:
    if calls.client is not None:
        yield "client", calls.client
    if calls.server is not None:
        yield "server", calls.server


def _values(steps: Sequence[Step], seconds: int, value: Value) -> list[float | None]:
    return [value(step, seconds) for step in steps]


def _rate(step: Step, seconds: int) -> float | None:
    return step.requests / seconds


def _failed(step: Step, _seconds: int) -> float | None:
    if not step.requests:
        return None
    return sum(count for kind, count in step.errors.items() if kind in _FAILURES) / step.requests


def _latency(name: str) -> Value:
    return lambda step, _seconds: step.latency.get(name)
