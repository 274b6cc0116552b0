"""Jaeger's API v3: its questions over HTTP, in camel case or the snake case of older clients, and its summaries."""

from collections.abc import Sequence
from typing import Any

from storage.records.compat import Operation, TraceOutline
from traces.compat.model import DEFAULT_LIMIT, QueryFault, TraceQuery, checked
from traces.compat.reading import Pairs, Parameters, read_go_duration, read_limit, read_rfc3339, read_text_map
from traces.jaeger.document import kind_of
from traces.jaeger.v1 import tag_conditions

UNSUPPORTED = ("query.filter", "query.pagination.pageSize", "query.pagination.pageToken")
"""Refused, never ignored: an answer without them would be another one than was asked for."""


def read_search(pairs: Pairs) -> TraceQuery:
    """A search.

    Raises:
        QueryFault: a time is missing, a parameter cannot be read or is not supported, or a limit is gone over.
    """
    given = Parameters(pairs)
    for name in UNSUPPORTED:
        if given.text(name):
            raise QueryFault(f"malformed parameter {name}: this hub does not support it; use query.attributes")
    first = given.text("query.startTimeMin", "query.start_time_min")
    last = given.text("query.startTimeMax", "query.start_time_max")
    if not first or not last:
        raise QueryFault("query.startTimeMin and query.startTimeMax are required")
    attributes = given.text("query.attributes")
    depth = given.text("query.searchDepth", "query.search_depth", "query.num_traces")
    given.flag("query.rawTraces", "query.raw_traces")
    return checked(
        TraceQuery(
            start_ns=read_rfc3339("query.startTimeMin", first),
            end_ns=read_rfc3339("query.startTimeMax", last),
            service=given.text("query.serviceName", "query.service_name"),
            operation=given.text("query.operationName", "query.operation_name", "query.spanName", "query.span_name"),
            shortest_ns=read_go_duration("query.durationMin", given.text("query.durationMin", "query.duration_min")),
            longest_ns=read_go_duration("query.durationMax", given.text("query.durationMax", "query.duration_max")),
            any_of=tag_conditions(read_text_map("query.attributes", attributes)) if attributes else (),
            limit=read_limit("query.searchDepth", depth, default=DEFAULT_LIMIT),
        )
    )


def read_operations(pairs: Pairs) -> tuple[str, str]:
    """The service and the span kind ("" is any) whose operations are asked for."""
    given = Parameters(pairs)
    return given.text("service"), given.text("spanKind", "span_kind")


def read_trace_options(pairs: Pairs) -> None:
    """Check what may come with the id of a trace.

    Raises:
        QueryFault: a parameter cannot be read.
    """
    given = Parameters(pairs)
    for names in (("startTime", "start_time"), ("endTime", "end_time")):
        text = given.text(*names)
        if text:
            read_rfc3339(names[0], text)
    given.flag("rawTraces", "raw_traces")


def show_operations(operations: Sequence[Operation]) -> dict[str, Any]:
    """Jaeger calls the unspecified kind internal here."""
    shown = [{"name": each.name, "spanKind": kind_of(each.kind) or "internal"} for each in operations]
    return {"operations": shown}


def show_summaries(outlines: Sequence[TraceOutline]) -> dict[str, Any]:
    """Summaries of traces: 64-bit integers as texts. The id is there under two names: the Jaeger UI up to 2.19 reads
    the second."""
    return {"summaries": [_summary(outline) for outline in outlines]}


def show_error(status: int, message: str) -> dict[str, Any]:
    """What goes wrong in API v3."""
    return {"error": {"httpCode": status, "message": message}}


def _summary(outline: TraceOutline) -> dict[str, Any]:
    return {
        "traceId": outline.trace_id,
        "traceID": outline.trace_id,
        "rootServiceName": outline.root_service,
        "rootOperationName": outline.root_name,
        "minStartTimeUnixNano": str(outline.start_unix_nano),
        "maxEndTimeUnixNano": str(outline.end_unix_nano),
        "spanCount": outline.spans,
        "errorSpanCount": outline.failed,
        "orphanSpanCount": outline.orphans,
        "services": [
            {"name": name, "spanCount": spans, "errorSpanCount": failed} for name, spans, failed in outline.services
        ],
    }
