"""Requests and traces as a search finds them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from meshhub.model import TimeRange
from storage.records.search import LogsOfRequest, SpansOfTrace


class Sort(StrEnum):
    """The order of what is found."""

    NEWEST = "newest"
    OLDEST = "oldest"
    SLOWEST = "slowest"
    MOST_ERRORS = "errors"
    MOST_SPANS = "spans"


@dataclass(frozen=True, slots=True)
class TraceHit:
    """One request that was found: from its spans, or from access logs alone where it was not sampled."""

    trace_id: str
    """Empty where nothing reported one."""
    request_id: str
    """x-request-id; empty where nothing reported one."""
    root_namespace: str
    root_service: str
    root_operation: str
    """Name of the first span, or method and path of the first access log."""
    start_unix_nano: int
    duration_us: int
    """From the first start to the last end of what is stored."""
    spans: int
    """0: not sampled, or its spans did not arrive."""
    access_logs: int
    errors: int
    """Spans with an error; without spans, access logs of failed requests."""
    services: tuple[str, ...]
    """That took part, by name."""
    status: int
    """The worst HTTP status; 0 where nothing reported one."""
    grpc_status: int
    """The worst gRPC status; -1 where nothing reported one."""
    flags: tuple[str, ...]
    """Envoy's response flags, short names, sorted."""

    @property
    def id(self) -> str:
        """What it is looked up by: the trace id where there are spans, otherwise the request id if there is one."""
        return self.trace_id if self.spans or not self.request_id else self.request_id

    @property
    def sampled(self) -> bool:
        return self.spans > 0

    @property
    def failed(self) -> bool:
        return self.errors > 0


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What a search has found so far. The last page of a search is done."""

    window: TimeRange
    """What was asked for."""
    searched: TimeRange | None
    """The part of it that has been searched; None before the first."""
    hits: tuple[TraceHit, ...]
    """In the order asked for."""
    cursor: str | None
    """Goes on after these hits; None where there are no more, or their order does not allow it."""
    done: bool

    @property
    def progress(self) -> float:
        """Share of the window that has been searched; 1 when the search is done."""
        if self.done:
            return 1.0
        return self.searched.seconds / self.window.seconds if self.searched else 0.0


@dataclass(frozen=True, slots=True)
class Point:
    """One request in a scatter of start and duration."""

    id: str
    start_unix_nano: int
    duration_us: int
    failed: bool
    sampled: bool
    service: str
    operation: str


@dataclass(frozen=True, slots=True)
class Scatter:
    """Requests by start and duration, oldest first.

    `covered` is the part of the window that the points are of, up to its end; where there are more requests than
    points, those that failed and the slowest are kept before others.
    """

    window: TimeRange
    covered: TimeRange
    points: tuple[Point, ...]
    requests: int
    """How many were found in the covered part."""


def merge(spans: Iterable[SpansOfTrace], logs: Iterable[LogsOfRequest]) -> list[TraceHit]:
    """One hit per request: what its spans say, else what its access logs say. In no order."""
    by_trace = {trace.trace_id: trace for trace in spans}
    by_request = {trace.request_id: trace for trace in by_trace.values() if trace.request_id}
    hits, seen = [], set()
    for request in logs:
        trace = by_trace.get(request.trace_id) if request.trace_id else by_request.get(request.request_id)
        if trace is None:
            hits.append(_of_logs(request))
        elif trace.trace_id not in seen:
            hits.append(_of_both(trace, request))
            seen.add(trace.trace_id)
    hits.extend(_of_spans(trace) for trace in by_trace.values() if trace.trace_id not in seen)
    return hits


def _of_logs(request: LogsOfRequest) -> TraceHit:
    return TraceHit(
        request.trace_id,
        request.request_id,
        request.root_namespace,
        request.root_service,
        request.root_operation,
        request.start_unix_nano,
        _microseconds(request.start_unix_nano, request.end_unix_nano),
        0,
        request.access_logs,
        request.errors,
        tuple(request.services),
        request.status,
        request.grpc_status,
        _flags(request.flags),
    )


def _of_spans(trace: SpansOfTrace) -> TraceHit:
    return TraceHit(
        trace.trace_id,
        trace.request_id,
        trace.root_namespace,
        trace.root_service,
        trace.root_operation,
        trace.start_unix_nano,
        _microseconds(trace.start_unix_nano, trace.end_unix_nano),
        trace.spans,
        0,
        trace.errors,
        tuple(trace.services),
        trace.status,
        -1,
        _flags(trace.flags),
    )


def _of_both(trace: SpansOfTrace, request: LogsOfRequest) -> TraceHit:
    return replace(
        _of_spans(trace),
        request_id=trace.request_id or request.request_id,
        access_logs=request.access_logs,
        services=tuple(sorted({*trace.services, *request.services})),
        status=max(trace.status, request.status),
        grpc_status=request.grpc_status,
        flags=_flags([*trace.flags, *request.flags]),
    )


def _microseconds(start: int, end: int) -> int:
    return max(0, end - start) // 1_000


def _flags(listed: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({flag for flags in listed for flag in flags.split(",") if flag}))
