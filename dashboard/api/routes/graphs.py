"""/api/v1/graph: the service graph."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Query, Response

from dashboard.api.graph_body import GraphBody
from dashboard.api.graph_view import show_graph
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
from dashboard.reads.hub import DataAge
from meshhub.clock import Clock
from meshhub.model import TimeRange
from topology.model import ServiceGraph


class GraphReads(Protocol):
    """dashboard.reads.graphs.GraphReads."""

    def graph(self, window: TimeRange) -> ServiceGraph: ...


class Ages(Protocol):
    """dashboard.reads.hub.HubReads."""

    def age(self) -> DataAge: ...


def add_routes(router: APIRouter, graphs: GraphReads, hub: Ages, clock: Clock) -> None:
    """Add the routes of this family."""

    @router.get(
        "/graph",
        summary="The service graph of a window",
        description=f"Who called whom, and how it went, by both sides. {WINDOW_TEXT} It is widened to start on a "
        "multiple of ten seconds.",
        response_model=GraphBody,
        responses=problem_responses(status_400=UNUSABLE, status_422=INVALID, status_503=UNAVAILABLE),
    )
    def read_graph(
        window: Length = None,
        start: Start = None,
        end: End = None,
        reports: Annotated[bool, Query(description="Include what each side reported of every edge.")] = True,
    ) -> Response:
        graph = graphs.graph(window_of(window, start, end, clock))
        return json_response(show_graph(graph, hub.age(), reports=reports))
