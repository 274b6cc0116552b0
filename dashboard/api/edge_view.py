"""Turns an edge and its course into the body of GET /api/v1/edges/{id}."""

from dashboard.api.edge_body import EdgeDetailBody, SeriesBody, StepBody
from dashboard.api.graph_view import show_edge, show_end
from dashboard.api.window_body import show_window
from meshhub.model import TimeRange
from topology.health import Verdict
from topology.model import ServiceEdge, ServiceNode
from topology.series import CallSeries, Step


def show_edge_detail(
    window: TimeRange,
    edge: ServiceEdge,
    ends: tuple[ServiceNode, ServiceNode],
    verdict: Verdict | None,
    calls: CallSeries,
) -> EdgeDetailBody:
    """The body; `ends` are the caller and the callee."""
    shown = {node.id: show_end(node) for node in ends}
    return {
        "window": show_window(window),
        "edge": show_edge(edge, shown, reports=True, verdict=verdict),
        "series": show_series(calls),
    }


def show_series(calls: CallSeries) -> SeriesBody:
    """The course of calls."""
    return {
        "window": show_window(calls.window),
        "step_seconds": calls.step_seconds,
        "client": None if calls.client is None else [_step(step) for step in calls.client],
        "server": None if calls.server is None else [_step(step) for step in calls.server],
    }


def _step(step: Step) -> StepBody:
    return {
        "time": step.time,
        "requests": step.requests,
        "errors": step.errors,
        "latency_ms": {name: took / 1000 for name, took in step.latency.items()},
    }
