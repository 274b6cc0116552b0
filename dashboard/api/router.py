"""The routes of the API. They block, so they run in the server's bounded pool of threads."""

from collections.abc import Sequence
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, HTTPException, Path, Query, Response
from pydantic_core import to_json

from dashboard.api.graph_body import GraphBody
from dashboard.api.graph_view import show_graph
from dashboard.api.hub_body import HubBody, show_hub
from dashboard.api.journey_body import JourneyBody
from dashboard.api.journey_view import show_journey
from dashboard.api.problems import problem_responses
from dashboard.api.windows import DEFAULT_WINDOW, UnusableWindow, read_window
from dashboard.reads import DataAge, HubHealth
from meshhub.clock import Clock
from meshhub.model import TimeRange
from topology.model import ServiceGraph
from traces.model import Journey

PREFIX = "/api/v1"
MAX_ID_LENGTH = 256
MAX_METRICS = 50


class Reads(Protocol):
    """What the API asks of the hub (dashboard.reads.Reads). Every method blocks and is thread-safe."""

    def age(self) -> DataAge: ...

    def graph(self, window: TimeRange) -> ServiceGraph: ...

    def request(self, request_id: str) -> Journey: ...

    def hub(self, window: TimeRange, metrics: Sequence[str]) -> HubHealth: ...


RequestId = Annotated[
    str,
    Path(min_length=1, max_length=MAX_ID_LENGTH, description="An x-request-id of any form, or a trace id."),
]
Length = Annotated[str | None, Query(description="A length: 90s, 15m, 2h, 1d.", examples=[DEFAULT_WINDOW])]
Start = Annotated[str | None, Query(description="RFC 3339, with a time zone.", examples=["2026-03-01T14:00:00Z"])]
End = Annotated[str | None, Query(description="RFC 3339, with a time zone. Now if it is left out.")]
Metrics = Annotated[
    tuple[str, ...], Query(max_length=MAX_METRICS, description="Names of own metrics to include; repeatable.")
]

_UNAVAILABLE = "The store does not answer; try again after Retry-After."
_INVALID = "A parameter is malformed; `faults` says which and why."
_WINDOW_TEXT = (
    "The window is the last 15 minutes, or `window` long up to `end` (or from `start`), or from `start` to `end`. "
    "At most 31 days."
)


def create_router(reads: Reads, clock: Clock) -> APIRouter:
    """The routes under /api/v1."""
    router = APIRouter(prefix=PREFIX, tags=["v1"])

    @router.get(
        "/requests/{request_id:path}",
        summary="What happened to one request",
        description="Every hop of one request in causal order, from access logs (sampled or not), spans and logs.",
        response_model=JourneyBody,
        responses=problem_responses(
            status_404="Nothing is stored for this id.", status_422=_INVALID, status_503=_UNAVAILABLE
        ),
    )
    def read_request(request_id: RequestId) -> Response:
        return _json(show_journey(reads.request(request_id)))

    @router.get(
        "/graph",
        summary="The service graph of a window",
        description=f"Who called whom, and how it went, by both sides. {_WINDOW_TEXT} It is widened to start on a "
        "multiple of ten seconds.",
        response_model=GraphBody,
        responses=problem_responses(
            status_400="The window cannot be used.", status_422=_INVALID, status_503=_UNAVAILABLE
        ),
    )
    def read_graph(
        window: Length = None,
        start: Start = None,
        end: End = None,
        reports: Annotated[bool, Query(description="Include what each side reported of every edge.")] = True,
    ) -> Response:
        graph = reads.graph(_window(window, start, end, clock))
        return _json(show_graph(graph, reads.age(), reports=reports))

    @router.get(
        "/hub",
        summary="How the hub itself is doing",
        description=f"Its tables, the age of its data, and the course of its own metrics. {_WINDOW_TEXT}",
        response_model=HubBody,
        responses=problem_responses(
            status_400="The window cannot be used.", status_422=_INVALID, status_503=_UNAVAILABLE
        ),
    )
    def read_hub(window: Length = None, start: Start = None, end: End = None, metric: Metrics = ()) -> Response:
        return _json(show_hub(reads.hub(_window(window, start, end, clock), metric)))

    return router


def _window(length: str | None, start: str | None, end: str | None, clock: Clock) -> TimeRange:
    try:
        return read_window(length, start, end, now=clock.now())
    except UnusableWindow as error:
        raise HTTPException(400, str(error)) from error


def _json(body: Any) -> Response:
    return Response(to_json(body, inf_nan_mode="null"), media_type="application/json")
