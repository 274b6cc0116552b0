"""/api/v1/edges: one edge and its course."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Path, Response

from dashboard.api.edge_body import EdgeDetailBody
from dashboard.api.edge_view import show_edge_detail
from dashboard.api.etag import IfNoneMatch, tagged
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
from meshhub.clock import Clock
from meshhub.errors import NotFound
from meshhub.model import TimeRange
from topology.health import HealthReport
from topology.model import ServiceGraph
from topology.series import EdgeSeries

MAX_ID = 2_000


class GraphReads(Protocol):
    """dashboard.reads.graphs.GraphReads."""

    def graph(self, window: TimeRange) -> ServiceGraph: ...


class InsightReads(Protocol):
    """dashboard.reads.insights.InsightReads."""

    def health(self, graph: ServiceGraph) -> HealthReport: ...

    def edge_series(self, edge_id: str, window: TimeRange) -> EdgeSeries: ...


def add_routes(router: APIRouter, graphs: GraphReads, insights: InsightReads, clock: Clock) -> None:
    """Add the routes of this family."""

    @router.get(
        "/edges/{edge_id:path}",
        summary="One edge with its course",
        description=f"What both sides reported of it, how it does, and its requests, errors and latency over time. "
        f"{WINDOW_TEXT}",
        response_model=EdgeDetailBody,
        responses={
            304: {"description": "The ETag still holds."},
            **problem_responses(
                status_400=UNUSABLE,
                status_404="The graph of the window has no such edge.",
                status_422=INVALID,
                status_503=UNAVAILABLE,
            ),
        },
    )
    def read_edge(
        edge_id: Annotated[str, Path(min_length=1, max_length=MAX_ID, description="As in the graph.")],
        window: Length = None,
        start: Start = None,
        end: End = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        asked = window_of(window, start, end, clock)
        series = insights.edge_series(edge_id, asked)
        graph = graphs.graph(asked)
        edge = next((edge for edge in graph.edges if edge.id == edge_id), None)
        if edge is None:
            raise NotFound(f"could not find the edge {edge_id}: it is not in the graph of this window any more")
        nodes = {node.id: node for node in graph.nodes}
        verdict = insights.health(graph).edges.get(edge_id)
        body = show_edge_detail(
            graph.window, edge, (nodes[edge.source], nodes[edge.destination]), verdict, series.calls
        )
        return tagged(json_response(body), if_none_match)
