"""/api/v1/graph/events: what changes in the live graph, as it does."""

from datetime import timedelta

from fastapi import APIRouter, HTTPException
from fastapi.responses import StreamingResponse

from dashboard.api.events import RETRY_MILLISECONDS, GraphEvents, TooManyClients
from dashboard.api.events_body import Glance
from dashboard.api.problems import problem_responses
from dashboard.api.routes.graphs import GraphReads, InsightReads
from dashboard.api.streams import Streams
from meshhub.clock import Clock
from meshhub.model import TimeRange

LIVE = timedelta(minutes=1)
"""The window that is watched: short, so that a change is told within seconds."""

MEDIA_TYPE = "text/event-stream"


def add_routes(router: APIRouter, graphs: GraphReads, insights: InsightReads, clock: Clock, streams: Streams) -> None:
    """Add the routes of this family."""

    def look() -> Glance:
        graph = graphs.graph(TimeRange.last(LIVE, now=clock.now()))
        return Glance.of(graph, insights.health(graph))

    events = GraphEvents(look)
    streams.add(events.stop)

    @router.get(
        "/graph/events",
        summary="What changes in the live graph, as server-sent events",
        description="An event `graph` when a node or an edge of the last minute comes, goes or changes its state of "
        "health; a comment every 15 seconds in between. The first one says how things stand.",
        response_class=StreamingResponse,
        responses={
            200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}},
            **problem_responses(status_503="As many listen as may; try again after Retry-After."),
        },
    )
    async def listen() -> StreamingResponse:
        try:
            stream = events.listen()
        except TooManyClients as error:
            detail = "could not stream events: as many clients listen as may"
            raise HTTPException(503, detail, {"Retry-After": str(RETRY_MILLISECONDS // 1000)}) from error
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream, media_type=MEDIA_TYPE, headers=headers)
