"""/api/v1/traces without an id: the search for requests, sampled or not; and completion of its expressions."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Protocol

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic_core import to_json

from dashboard.api.parameters import (
    INVALID,
    UNAVAILABLE,
    WINDOW_TEXT,
    End,
    Length,
    Start,
    json_response,
    window_of,
)
from dashboard.api.problems import problem_responses
from dashboard.api.routes.logs import MAX_EXPRESSION, UNREADABLE, CursorOf, Expression
from dashboard.api.search_body import CompletionBody, ContrastBody, ScatterBody, SearchBody, SearchFacetsBody
from dashboard.api.search_view import (
    show_completion,
    show_contrast,
    show_scatter,
    show_search,
    show_search_facets,
)
from dashboard.reads.search import MAX_HITS
from dashboard.reads.search_answers import SearchFacets
from meshhub.clock import Clock
from meshhub.errors import MeshhubError
from meshhub.expression import Suggestion
from meshhub.model import TimeRange
from traces.difference import Contrast
from traces.search import Scatter, SearchPage, Sort

LINES = "application/x-ndjson"
MAX_POINTS = 5_000

_FAULTS = problem_responses(status_400=UNREADABLE, status_422=INVALID, status_503=UNAVAILABLE)


class Subject(StrEnum):
    """What an expression is about."""

    TRACES = "traces"
    LOGS = "logs"


class Completes(Protocol):
    """dashboard.reads.logs.LogReads."""

    def complete(self, text: str, cursor: int) -> list[Suggestion]: ...


class SearchReads(Completes, Protocol):
    """dashboard.reads.search.SearchReads."""

    def stream(
        self, window: TimeRange, expression: str, sort: Sort, limit: int, cursor: str | None
    ) -> Iterator[SearchPage]: ...

    def facets(self, window: TimeRange, expression: str) -> SearchFacets: ...

    def scatter(self, window: TimeRange, expression: str, points: int) -> Scatter: ...

    def difference(self, window: TimeRange, selection: str, baseline: str) -> Contrast: ...


def add_routes(router: APIRouter, search: SearchReads, logs: Completes, clock: Clock) -> None:
    """Add the routes of this family; before those of single traces, whose ids would be taken for theirs."""

    @router.get(
        "/traces",
        summary="Requests that match, sampled or not",
        description="Requests with a span or an access log that matches. The window is searched in slices: "
        f"with Accept: {LINES} what was found is sent after each, and closing the connection ends the search. "
        f"{WINDOW_TEXT}",
        response_model=SearchBody,
        responses=_FAULTS,
    )
    def search_traces(
        q: Expression = "",
        window: Length = None,
        start: Start = None,
        end: End = None,
        sort: Annotated[Sort, Query(description="Only newest and oldest go on.")] = Sort.NEWEST,
        limit: Annotated[int, Query(ge=1, le=MAX_HITS)] = 50,
        cursor: CursorOf = None,
        accept: Annotated[str, Header(include_in_schema=False)] = "",
    ) -> Response:
        pages = search.stream(window_of(window, start, end, clock), q, sort, limit, cursor)
        if LINES in accept:
            return StreamingResponse(lines_of(pages), media_type=LINES, headers={"X-Accel-Buffering": "no"})
        *_, last = pages
        return json_response(show_search(last))

    @router.get(
        "/traces/facets",
        summary="How the requests that match are spread",
        description="By service, operation, status, flag, failure and sampling; of at most the newest few thousand.",
        response_model=SearchFacetsBody,
        responses=_FAULTS,
    )
    def read_facets(q: Expression = "", window: Length = None, start: Start = None, end: End = None) -> Response:
        return json_response(show_search_facets(search.facets(window_of(window, start, end, clock), q)))

    @router.get(
        "/traces/scatter",
        summary="The requests that match, by start and duration",
        description="Of more than can be shown, those that failed and the slowest are kept.",
        response_model=ScatterBody,
        responses=_FAULTS,
    )
    def read_scatter(
        q: Expression = "",
        window: Length = None,
        start: Start = None,
        end: End = None,
        points: Annotated[int, Query(ge=1, le=MAX_POINTS)] = 2_000,
    ) -> Response:
        return json_response(show_scatter(search.scatter(window_of(window, start, end, clock), q, points)))

    @router.get(
        "/traces/difference",
        summary="What requests have in common that the rest has not",
        description="Compares the requests that match `selection` with the others that match `baseline`, attribute by "
        "attribute.",
        response_model=ContrastBody,
        responses=_FAULTS,
    )
    def read_difference(
        selection: Annotated[
            str, Query(max_length=MAX_EXPRESSION, description="An expression.", examples=["error or duration > 1s"])
        ],
        baseline: Annotated[
            str, Query(max_length=MAX_EXPRESSION, description="What it is compared with; all others if left out.")
        ] = "",
        window: Length = None,
        start: Start = None,
        end: End = None,
    ) -> Response:
        asked = window_of(window, start, end, clock)
        return json_response(show_contrast(search.difference(asked, selection, baseline), asked))

    @router.get(
        "/search/completion",
        summary="What can come next in an expression",
        description="Fields, attributes that were seen, operators, and the most frequent values.",
        response_model=CompletionBody,
        responses=problem_responses(status_422=INVALID, status_503=UNAVAILABLE),
    )
    def complete_expression(
        q: Expression = "",
        cursor: Annotated[int | None, Query(ge=0, description="Characters before it; the end if left out.")] = None,
        subject: Annotated[Subject, Query(alias="for", description="What is searched.")] = Subject.TRACES,
    ) -> Response:
        asked = logs if subject is Subject.LOGS else search
        return json_response(show_completion(asked.complete(q, len(q) if cursor is None else cursor)))


def lines_of(pages: Iterator[SearchPage]) -> Iterator[bytes]:
    """A line per page. An error on the way is a line with `detail`, and the last."""
    try:
        for page in pages:
            yield to_json(show_search(page)) + b"\n"
    except MeshhubError as error:
        yield to_json({"detail": str(error)}) + b"\n"
