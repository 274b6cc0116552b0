"""/api/v1/traces/{trace_id}: one trace, to look at, to compare and to download; and traces out of files."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from dashboard.api.parameters import INVALID, UNAVAILABLE, json_response
from dashboard.api.problems import problem_responses
from dashboard.api.trace_body import ComparisonBody, InspectedBody, TraceBody
from dashboard.api.trace_view import show_comparison, show_inspected, show_trace
from dashboard.reads.traces import Inspected, UnusableTraceId
from storage.records.spans import Span
from traces.compat.model import Trace as JaegerTrace
from traces.jaeger.document import envelope
from traces.jaeger.document import show_trace as show_jaeger
from traces.otlp_json import UnreadableTrace, write_otlp
from traces.structure import Difference
from traces.trace_files import MAX_BYTES
from traces.trace_model import Trace

MAX_ID_LENGTH = 256
NOT_STORED = "No span is stored for this id."
NO_ID = "This cannot be the id of a trace."

TraceId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=MAX_ID_LENGTH,
        description="Up to 32 hex digits, in any case, with or without dashes; or the name of a trace out of a file.",
    ),
]


class Format(StrEnum):
    """How a trace is written."""

    OWN = "meshhub"
    OTLP = "otlp"
    JAEGER = "jaeger"


class TraceReads(Protocol):
    """dashboard.reads.traces.TraceReads."""

    def trace(self, wanted: str, *, fresh: bool = False) -> Trace: ...

    def compare(self, wanted: str, other: str) -> tuple[Difference, ...]: ...

    def spans(self, wanted: str) -> Sequence[Span]: ...

    def inspect(self, content: bytes) -> Inspected: ...


def add_routes(router: APIRouter, traces: TraceReads) -> None:
    """Add the routes of this family."""

    @router.get(
        "/traces/{trace_id}",
        summary="One trace",
        description="Its spans as a tree, with the critical path, self times, corrected clocks and what is missing. "
        "With format=otlp or format=jaeger its spans as they were sent, for another tool or to open again here.",
        response_model=TraceBody,
        responses=problem_responses(
            status_400=NO_ID, status_404=NOT_STORED, status_422=INVALID, status_503=UNAVAILABLE
        ),
    )
    def read_trace(
        trace_id: TraceId,
        format: Annotated[Format, Query(description="How it is written.")] = Format.OWN,  # noqa: A002
    ) -> Response:
        with_id_checked = _checked(lambda: traces.trace(trace_id))
        if format is Format.OWN:
            return json_response(show_trace(with_id_checked))
        written = write_otlp if format is Format.OTLP else write_jaeger
        answer = json_response(written(traces.spans(trace_id)))
        name = f"trace-{with_id_checked.trace_id or 'file'}-{format}.json"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    @router.get(
        "/traces/{trace_id}/compare/{other_id}",
        summary="How two traces differ",
        description="Spans are taken together by their path of (service, operation) from the root.",
        response_model=ComparisonBody,
        responses=problem_responses(
            status_400=NO_ID, status_404=NOT_STORED, status_422=INVALID, status_503=UNAVAILABLE
        ),
    )
    def compare_traces(trace_id: TraceId, other_id: TraceId) -> Response:
        return json_response(_checked(lambda: show_comparison(trace_id, other_id, traces.compare(trace_id, other_id))))

    @router.post(
        "/traces/inspect",
        summary="Open a file with traces",
        description="OTLP JSON or Jaeger JSON, at most 32 MiB and 50,000 spans. Nothing is stored: the hub holds it "
        "for an hour, under the names that this answers.",
        response_model=InspectedBody,
        responses=problem_responses(status_400="The file is no trace.", status_413="The file is too large."),
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}},
    )
    async def inspect_file(request: Request) -> Response:
        content = await _content(request)
        return json_response(await run_in_threadpool(_checked, lambda: show_inspected(traces.inspect(content))))


def write_jaeger(spans: Sequence[Span]) -> Any:
    """The document that Jaeger's UI downloads and opens."""
    trace_id = spans[0].trace_id if spans else ""
    return envelope([show_jaeger(JaegerTrace(trace_id, spans, cut=False))])


async def _content(request: Request) -> bytes:
    """The body of a request, unless it is too large: then it is not read to its end."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MAX_BYTES:
            raise HTTPException(413, f"could not open the file: it is larger than {MAX_BYTES // 1024 // 1024} MiB")
    return bytes(content)


def _checked(answer: Callable[[], Any]) -> Any:
    """The answer; what cannot be read is a 400."""
    try:
        return answer()
    except (UnusableTraceId, UnreadableTrace) as error:
        raise HTTPException(400, str(error)) from error
