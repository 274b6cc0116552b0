"""/api/v1/requests: what happened to one request."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Path, Response

from dashboard.api.journey_body import JourneyBody
from dashboard.api.journey_view import show_journey
from dashboard.api.parameters import INVALID, UNAVAILABLE, json_response
from dashboard.api.problems import problem_responses
from traces.model import Journey

MAX_ID_LENGTH = 256

RequestId = Annotated[
    str,
    Path(min_length=1, max_length=MAX_ID_LENGTH, description="An x-request-id of any form, or a trace id."),
]


class RequestReads(Protocol):
    """dashboard.reads.requests.RequestReads."""

    def journey(self, request_id: str) -> Journey: ...


def add_routes(router: APIRouter, requests: RequestReads) -> None:
    """Add the routes of this family."""

    @router.get(
        "/requests/{request_id:path}",
        summary="What happened to one request",
        description="Every hop of one request in causal order, from access logs (sampled or not), spans and logs.",
        response_model=JourneyBody,
        responses=problem_responses(
            status_404="Nothing is stored for this id.", status_422=INVALID, status_503=UNAVAILABLE
        ),
    )
    def read_request(request_id: RequestId) -> Response:
        return json_response(show_journey(requests.journey(request_id)))
