"""The bodies of /api/v1/traces/{trace_id} and what is below it. Offsets and lengths are nanoseconds."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.notes import NoteBody


class TraceEventBody(TypedDict):
    """An event of a span."""

    time_unix_nano: Annotated[str, Field(description="As sent; text, as JSON has no such number.")]
    name: str
    attributes: Mapping[str, str]


class TraceLinkBody(TypedDict):
    """A link to a span of another trace."""

    trace_id: str
    span_id: str
    attributes: Mapping[str, str]


class TraceSpanBody(TypedDict):
    """One span in its place."""

    span_id: str
    parent: Annotated[int | None, Field(description="Place of its parent in the list; null for a root.")]
    depth: int
    name: str
    service: str
    namespace: str
    version: str
    instance: str
    kind: str
    proxy: Annotated[bool, Field(description="Sent by a proxy.")]
    start_ns: Annotated[int, Field(description="Since the trace's start, corrected for skewed clocks.")]
    length_ns: int
    self_ns: Annotated[int, Field(description="The part of its length in which none of its children ran.")]
    correction_ns: Annotated[int, Field(description="What was added to its clock.")]
    critical: Annotated[list[tuple[int, int]], Field(description="Where it is on the critical path: from, to.")]
    error: bool
    errors_below: int
    status_message: str
    response_code: int
    response_flags: str
    flaws: Annotated[list[str], Field(description="What is wrong with its place in the tree.")]
    attributes: Annotated[Mapping[str, str], Field(description="Long values are cut; a download has them whole.")]
    events: list[TraceEventBody]
    links: list[TraceLinkBody]


class ClockBody(TypedDict):
    """A clock that was corrected."""

    service: str
    instance: str
    correction_ns: int
    spans: int


class TracePairBody(TypedDict):
    """Spans of a proxy and of its application for one call."""

    outer: int
    inner: int
    side: Annotated[str, Field(description="inbound: the proxy's is around the application's; outbound: inside it.")]
    overhead_ns: int


class GapBody(TypedDict):
    """A span that others name as their parent and that is not stored."""

    span_id: str
    children: list[int]
    service: Annotated[str, Field(description="Who should have sent it; empty where unknown.")]
    why: str


class FiguresBody(TypedDict):
    """Figures over spans of one operation of a service."""

    service: str
    operation: str
    spans: int
    errors: int
    total_ns: int
    mean_ns: int
    shortest_ns: int
    middle_ns: int
    longest_ns: int
    self_ns: int
    critical_ns: int


class TraceBody(TypedDict):
    """One trace."""

    trace_id: str
    request_ids: list[str]
    start_unix_nano: Annotated[str, Field(description="Text, as JSON has no such number.")]
    start: Annotated[str, Field(description="The same, RFC 3339 to the microsecond.")]
    length_ns: int
    services: list[str]
    errors: int
    truncated: bool
    notes: list[NoteBody]
    clocks: list[ClockBody]
    gaps: list[GapBody]
    pairs: list[TracePairBody]
    statistics: list[FiguresBody]
    spans: Annotated[list[TraceSpanBody], Field(description="Parents before children, children by start.")]


class SideBody(TypedDict):
    """The spans at a path in one trace."""

    spans: int
    errors: int
    length_ns: int
    self_ns: int


class DifferenceBody(TypedDict):
    """One path of (service, operation) in two traces."""

    service: str
    operation: str
    parent: Annotated[int | None, Field(description="Place of the path above it in the list.")]
    depth: int
    change: Annotated[str, Field(description="same, added, removed, count or errors.")]
    before: SideBody | None
    after: SideBody | None
    longer_ns: Annotated[int, Field(description="How much longer its spans took on average.")]


class ComparisonBody(TypedDict):
    """How the shape of one trace differs from another's."""

    before: str
    after: str
    differences: list[DifferenceBody]


class InspectedTraceBody(TypedDict):
    """A trace of a file."""

    name: Annotated[str, Field(description="Stands for a trace id in the other paths, for an hour.")]
    spans: int


class InspectedBody(TypedDict):
    """What is in a file."""

    kind: Annotated[str, Field(description="OTLP or Jaeger.")]
    traces: Annotated[list[InspectedTraceBody], Field(description="The largest first, at most ten.")]
