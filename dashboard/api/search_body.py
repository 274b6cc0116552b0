"""The bodies of the search for requests: /api/v1/traces, its facets, scatter and differences, and completion."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.log_body import Cursor, FacetBody
from dashboard.api.window_body import WindowBody


class TraceHitBody(TypedDict):
    """One request that was found."""

    id: Annotated[str, Field(description="For /api/v1/requests/{id}; of a sampled one also for /api/v1/traces/{id}.")]
    trace_id: str
    request_id: str
    sampled: Annotated[bool, Field(description="Whether spans are stored.")]
    root_namespace: str
    root_service: str
    root_operation: Annotated[str, Field(description="Name of the first span, or method and path.")]
    start: Annotated[str, Field(description="RFC 3339 to the microsecond.")]
    start_unix_nano: Annotated[str, Field(description="Text, as JSON has no such number.")]
    duration_us: int
    spans: int
    access_logs: int
    errors: int
    services: list[str]
    status: Annotated[int, Field(description="The worst HTTP status; 0: none.")]
    grpc_status: Annotated[int, Field(description="The worst gRPC status; -1: none.")]
    flags: list[str]


class SearchBody(TypedDict):
    """What a search found. As application/x-ndjson one per line: after each slice of time, the last is done."""

    window: WindowBody
    searched: Annotated[WindowBody | None, Field(description="The part of the window that has been searched.")]
    progress: Annotated[float, Field(description="From 0 to 1.")]
    done: bool
    traces: list[TraceHitBody]
    cursor: Cursor


class SearchFacetsBody(TypedDict):
    """How the newest of the requests that match are spread."""

    window: WindowBody
    covered: Annotated[WindowBody, Field(description="The part of the window that was counted.")]
    requests: int
    facets: list[FacetBody]


class PointBody(TypedDict):
    """A request in a scatter."""

    id: str
    start_unix_nano: str
    duration_us: int
    failed: bool
    sampled: bool
    service: str
    operation: str


class ScatterBody(TypedDict):
    """Requests by start and duration, oldest first; of too many those that failed and the slowest are kept."""

    window: WindowBody
    covered: WindowBody
    requests: int
    points: list[PointBody]


class AttributeDifferenceBody(TypedDict):
    """A value that is more or less frequent in the selection than in the rest."""

    key: Annotated[str, Field(description="A field, or the key of an attribute.")]
    value: str
    selected: int
    rest: int
    selected_share: float
    rest_share: float
    lift: Annotated[float | None, Field(description="How many times as frequent; null where the rest never has it.")]
    p_value: Annotated[float, Field(description="How likely by chance, corrected for the number of comparisons.")]
    significant: bool


class ContrastBody(TypedDict):
    """What requests of a selection have that the rest has not."""

    window: WindowBody
    selected: Annotated[int, Field(description="Requests of the selection that were compared.")]
    rest: int
    sampled: Annotated[bool, Field(description="There were more than were compared.")]
    attributes: Annotated[list[AttributeDifferenceBody], Field(description="The largest difference first.")]


class SuggestionBody(TypedDict):
    """A text to put in the place of what is between `start` and `end`."""

    text: str
    part: Annotated[str, Field(description="name, operator, value or keyword.")]
    start: int
    end: int
    detail: str


class CompletionBody(TypedDict):
    """What can come at a cursor, the likeliest first."""

    suggestions: list[SuggestionBody]
