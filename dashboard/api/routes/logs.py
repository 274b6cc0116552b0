"""/api/v1/logs: access logs by row, facet and time, followed and exported."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, HTTPException, Path, Query, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from dashboard.api.log_body import LogDetailBody, LogFacetsBody, LogHistogramBody, LogPageBody
from dashboard.api.log_view import show_histogram, show_log_detail, show_log_facets, show_log_page
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
from dashboard.api.streams import Streams
from dashboard.api.tail import LogTails
from dashboard.reads.log_answers import ExportFormat, LogDetail, LogFacets, LogHistogram, LogOrder, LogPage, Tail
from dashboard.reads.logs import DEFAULT_FACETS, MAX_EXPORT, MAX_ROWS
from meshhub.clock import Clock
from meshhub.model import TimeRange

MAX_EXPRESSION = 4_000

Expression = Annotated[
    str,
    Query(
        max_length=MAX_EXPRESSION,
        description="An expression of the language of filters; everything if it is left out.",
        examples=["destination = cart and (status >= 500 or duration > 1.5s)"],
    ),
]
CursorOf = Annotated[str | None, Query(max_length=500, description="Where the page before ended.")]
UNREADABLE = "The expression (`position`, `hint`), the cursor or the window cannot be used."
_MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON: "application/x-ndjson",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}
_FAULTS = problem_responses(status_400=UNREADABLE, status_422=INVALID, status_503=UNAVAILABLE)


class LogReads(Protocol):
    """dashboard.reads.logs.LogReads."""

    def rows(self, window: TimeRange, expression: str, order: LogOrder, cursor: str | None, limit: int) -> LogPage: ...

    def facets(self, window: TimeRange, expression: str, fields: Sequence[str]) -> LogFacets: ...

    def histogram(self, window: TimeRange, expression: str) -> LogHistogram: ...

    def tail(self, expression: str, cursor: str | None = None, limit: int = ...) -> Tail: ...

    def export(self, window: TimeRange, expression: str, form: ExportFormat, limit: int) -> Iterator[bytes]: ...

    def row(self, row_id: str) -> LogDetail: ...


def add_routes(router: APIRouter, logs: LogReads, clock: Clock, streams: Streams) -> None:
    """Add the routes of this family."""
    tails = LogTails()
    streams.add(tails.stop)

    @router.get(
        "/logs",
        summary="Access logs that match",
        description=f"What each proxy said of each request, in short. {WINDOW_TEXT}",
        response_model=LogPageBody,
        responses=_FAULTS,
    )
    def read_logs(
        q: Expression = "",
        window: Length = None,
        start: Start = None,
        end: End = None,
        order: Annotated[LogOrder, Query(description="Only newest and oldest go on.")] = LogOrder.NEWEST,
        cursor: CursorOf = None,
        limit: Annotated[int, Query(ge=1, le=MAX_ROWS)] = 100,
    ) -> Response:
        asked = window_of(window, start, end, clock)
        return json_response(show_log_page(logs.rows(asked, q, order, cursor, limit), asked))

    @router.get(
        "/logs/facets",
        summary="How the values of fields are spread",
        description="The most frequent values of fields, among the access logs that match.",
        response_model=LogFacetsBody,
        responses=_FAULTS,
    )
    def read_facets(
        q: Expression = "",
        window: Length = None,
        start: Start = None,
        end: End = None,
        field: Annotated[
            list[str] | None, Query(max_length=30, description="A field, or an attribute with a dot; repeatable.")
        ] = None,
    ) -> Response:
        asked = window_of(window, start, end, clock)
        return json_response(show_log_facets(logs.facets(asked, q, field or DEFAULT_FACETS), asked))

    @router.get(
        "/logs/histogram",
        summary="Access logs that match, over time",
        description="By how the requests ended.",
        response_model=LogHistogramBody,
        responses=_FAULTS,
    )
    def read_histogram(q: Expression = "", window: Length = None, start: Start = None, end: End = None) -> Response:
        return json_response(show_histogram(logs.histogram(window_of(window, start, end, clock), q)))

    @router.get(
        "/logs/tail",
        summary="New access logs, as server-sent events",
        description="An event `rows` ({rows, skipped}) with the access logs that match and that the hub took since the "
        "last one, a few seconds late; an event `problem` where they cannot be read for a while.",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}, **_FAULTS},
    )
    async def follow_logs(q: Expression = "") -> StreamingResponse:
        if tails.full:
            raise HTTPException(503, "could not follow: as many clients follow as may", {"Retry-After": "5"})
        first = await run_in_threadpool(logs.tail, q)
        stream = tails.follow(lambda cursor: logs.tail(q, cursor), first)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    @router.get(
        "/logs/export",
        summary="Access logs as a file",
        description="Every column of the newest access logs that match, as CSV, JSON lines or Parquet.",
        response_class=StreamingResponse,
        responses={
            200: {"content": {media_type: {} for media_type in _MEDIA_TYPES.values()}},
            **_FAULTS,
        },
    )
    def export_logs(
        q: Expression = "",
        window: Length = None,
        start: Start = None,
        end: End = None,
        format: Annotated[ExportFormat, Query(description="Of the file.")] = ExportFormat.CSV,  # noqa: A002
        limit: Annotated[int, Query(ge=1, le=MAX_EXPORT)] = 10_000,
    ) -> StreamingResponse:
        content = logs.export(window_of(window, start, end, clock), q, format, limit)
        headers = {"Content-Disposition": f'attachment; filename="access-logs.{format}"'}
        return StreamingResponse(content, media_type=_MEDIA_TYPES[format], headers=headers)

    @router.get(
        "/logs/{log_id}",
        summary="One access log",
        description="Every column, and the codes in words.",
        response_model=LogDetailBody,
        responses=problem_responses(status_404="There is no such row.", status_422=INVALID, status_503=UNAVAILABLE),
    )
    def read_log(
        log_id: Annotated[str, Path(max_length=200, description="As a list of access logs gave it.")],
    ) -> Response:
        return json_response(show_log_detail(logs.row(log_id)))
