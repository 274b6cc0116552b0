"""/api/v1/hub: how the hub itself is doing."""

from collections.abc import Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Query, Response

from dashboard.api.hub_body import HubBody, ProcessesBody, show_hub, show_processes
from dashboard.api.parameters import (
    INVALID,
    UNAVAILABLE,
    UNUSABLE,
    WINDOW_TEXT,
    End,
    Length,
    Start,
    json_response,
    window_of,
)
from dashboard.api.problems import problem_responses
from dashboard.reads.hub import HubHealth, Process
from meshhub.clock import Clock
from meshhub.model import TimeRange

MAX_METRICS = 50

Metrics = Annotated[
    tuple[str, ...], Query(max_length=MAX_METRICS, description="Names of own metrics to include; repeatable.")
]


class HubReads(Protocol):
    """dashboard.reads.hub.HubReads."""

    def health(self, window: TimeRange, metrics: Sequence[str]) -> HubHealth: ...

    def processes(self) -> Sequence[Process]: ...


def add_routes(router: APIRouter, hub: HubReads, clock: Clock) -> None:
    """Add the routes of this family."""

    @router.get(
        "/hub",
        summary="How the hub itself is doing",
        description=f"Its tables, the age of its data, and the course of its own metrics. {WINDOW_TEXT}",
        response_model=HubBody,
        responses=problem_responses(status_400=UNUSABLE, status_422=INVALID, status_503=UNAVAILABLE),
    )
    def read_hub(window: Length = None, start: Start = None, end: End = None, metric: Metrics = ()) -> Response:
        return json_response(show_hub(hub.health(window_of(window, start, end, clock), metric)))

    @router.get(
        "/hub/processes",
        summary="The processes of the hub",
        description="Those that were heard of in the last ten minutes, with their roles and what is wrong with them.",
        response_model=ProcessesBody,
        responses=problem_responses(status_503=UNAVAILABLE),
    )
    def read_processes() -> Response:
        return json_response(show_processes(hub.processes()))
