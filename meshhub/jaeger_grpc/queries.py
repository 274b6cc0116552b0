"""Reads the questions of the query services. All of it raises QueryFault on what cannot be read."""

from collections.abc import Mapping
from typing import Protocol

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from traces.compat.model import DEFAULT_LIMIT, MAX_LIMIT, QueryFault, TraceQuery, checked
from traces.jaeger.v1 import DEFAULT_DEPENDENCIES_NS, DEFAULT_SEARCH_NS, tag_conditions


class Wanted(Protocol):
    """TraceQueryParameters of either version, without its tags."""

    service_name: str
    operation_name: str
    search_depth: int

    @property
    def start_time_min(self) -> Timestamp: ...

    @property
    def start_time_max(self) -> Timestamp: ...

    @property
    def duration_min(self) -> Duration: ...

    @property
    def duration_max(self) -> Duration: ...


def read_search(wanted: Wanted, tags: Mapping[str, str], *, now_ns: int) -> TraceQuery:
    """A search; without times (as Go's zero time) of the last two days, without a depth of 100 traces."""
    end = nanoseconds(wanted.start_time_max, default=now_ns)
    return checked(
        TraceQuery(
            start_ns=nanoseconds(wanted.start_time_min, default=max(end - DEFAULT_SEARCH_NS, 0)),
            end_ns=end,
            service=wanted.service_name,
            operation=wanted.operation_name,
            shortest_ns=_length(wanted.duration_min),
            longest_ns=_length(wanted.duration_max),
            any_of=tag_conditions(tags),
            limit=min(wanted.search_depth, MAX_LIMIT) if wanted.search_depth > 0 else DEFAULT_LIMIT,
        )
    )


def read_window(start: Timestamp, end: Timestamp, *, now_ns: int) -> tuple[int, int]:
    """A window for dependencies; without times the last day."""
    last = nanoseconds(end, default=now_ns)
    window = TraceQuery(start_ns=nanoseconds(start, default=max(last - DEFAULT_DEPENDENCIES_NS, 0)), end_ns=last)
    checked(window)
    return window.start_ns, window.end_ns


def read_id(trace_id: bytes) -> str:
    """A trace id of 8 or 16 bytes, as 32 hex digits."""
    if len(trace_id) not in (8, 16):
        raise QueryFault(f"could not read the trace id: it has {len(trace_id)} bytes, and 16 are expected")
    return trace_id.hex().zfill(32)


def nanoseconds(time: Timestamp, *, default: int) -> int:
    """Unix nanoseconds; the default where the time is not set: zero, or before 1970 as Go's zero time is."""
    return time.seconds * 10**9 + time.nanos if time.seconds > 0 else default


def _length(duration: Duration) -> int:
    return duration.seconds * 10**9 + duration.nanos
