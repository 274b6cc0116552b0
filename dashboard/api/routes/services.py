"""/api/v1/services: every service of a window, and one of them in full."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Path, Query, Response

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
from dashboard.api.service_body import ServiceBody, ServicesBody
from dashboard.api.service_view import show_service, show_services
from dashboard.reads.service_model import Service, ServiceList, Side
from meshhub.clock import Clock
from meshhub.model import TimeRange
from topology.health.model import HealthReport
from topology.model import ServiceGraph
from topology.series import NodeSeries

MAX_ID_LENGTH = 2_000

ServiceId = Annotated[
    str,
    Path(min_length=1, max_length=MAX_ID_LENGTH, description="The id of a node of the graph: demo:shop:reviews."),
]


class ServiceReads(Protocol):
    """dashboard.reads.services.ServiceReads."""

    def services(self, window: TimeRange) -> ServiceList: ...

    def service(self, node_id: str, window: TimeRange, side: Side | None = None) -> Service: ...


class Insights(Protocol):
    """dashboard.reads.insights.InsightReads."""

    def health(self, graph: ServiceGraph) -> HealthReport: ...

    def node_series(self, node_id: str, window: TimeRange) -> NodeSeries: ...


def add_routes(router: APIRouter, services: ServiceReads, insights: Insights, clock: Clock) -> None:
    """Add the routes of this family."""

    @router.get(
        "/services",
        summary="Every service of a window",
        description=f"What hurts most first: health, rate, errors, latency, versions, instances. {WINDOW_TEXT}",
        response_model=ServicesBody,
        responses=problem_responses(status_400=UNUSABLE, status_422=INVALID, status_503=UNAVAILABLE),
    )
    def read_services(window: Length = None, start: Start = None, end: End = None) -> Response:
        found = services.services(window_of(window, start, end, clock))
        return json_response(show_services(found, insights.health(found.graph)))

    @router.get(
        "/services/{service_id:path}",
        summary="One service in full",
        description="Golden signals over time, versions side by side, instances with outliers, routes, both sides of "
        f"its edges, response flags, single requests, and what the hub is sent by it. {WINDOW_TEXT} Single requests "
        "are of its last 15 minutes.",
        response_model=ServiceBody,
        responses=problem_responses(
            status_400=UNUSABLE,
            status_404="No service of the window has this id; the detail names close ones.",
            status_422=INVALID,
            status_503=UNAVAILABLE,
        ),
    )
    def read_service(
        service_id: ServiceId,
        window: Length = None,
        start: Start = None,
        end: End = None,
        side: Annotated[
            Side | None, Query(description="Whose reports; by default the callers' if they saw nearly all.")
        ] = None,
    ) -> Response:
        found = services.service(service_id, window_of(window, start, end, clock), side)
        health = insights.health(found.graph)
        series = insights.node_series(service_id, found.window)
        return json_response(show_service(found, health.nodes.get(service_id), series))
