"""The body of GET /api/v1/graph/diff."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.graph_body import EndBody
from dashboard.api.notes import NoteBody
from dashboard.api.window_body import WindowBody

ChangeName = Annotated[
    str, Field(description="worse, removed, added, better, not-measured (in one of the windows) or unchanged.")
]


class DeltaBody(TypedDict):
    """A number before and after; null where it was not measured."""

    before: float | None
    after: float | None
    difference: Annotated[float | None, Field(description="After minus before.")]


class ProportionBody(TypedDict):
    """So many of so many requests."""

    count: int
    total: int
    low: Annotated[float, Field(description="Lower bound of the share, 95 % (Wilson).")]
    high: Annotated[float, Field(description="Upper bound of the share, 95 % (Wilson).")]


class ShareChangeBody(TypedDict):
    """A share of requests in both windows, and how sure it is that it changed."""

    before: ProportionBody
    after: ProportionBody
    difference: float | None
    p_value: Annotated[float | None, Field(description="Two-sided: the chance of this if nothing changed.")]
    significant: bool


class LatencyChangeBody(TypedDict):
    """A quantile in both windows, milliseconds."""

    before: float
    after: float
    requests_before: int
    requests_after: int
    significant: Annotated[bool, Field(description="By half or more, with ten requests beyond the quantile in both.")]


class VersionsChangeBody(TypedDict):
    """Versions that came and went."""

    seen: list[str]
    gone: list[str]


class ChangeBody(TypedDict):
    """What became of an edge or a node."""

    id: str
    change: ChangeName
    words: list[NoteBody]
    rate_per_second: DeltaBody
    errors: ShareChangeBody | None
    client_errors: ShareChangeBody | None
    latency_ms: Annotated[Mapping[str, LatencyChangeBody], Field(description="By quantile; empty for nodes.")]
    mtls_share: DeltaBody
    versions: VersionsChangeBody


class EdgeChangeBody(ChangeBody):
    """What became of an edge."""

    source: str
    destination: str


class NodeChangeBody(ChangeBody):
    """What became of a node."""

    node: EndBody


class DiffBody(TypedDict):
    """What changed between two windows."""

    before: WindowBody
    after: WindowBody
    notes: Annotated[list[NoteBody], Field(description="What limits the comparison.")]
    counts: Annotated[Mapping[str, Mapping[str, int]], Field(description="Edges and nodes by kind of change.")]
    edges: Annotated[list[EdgeChangeBody], Field(description="Worst first.")]
    nodes: Annotated[list[NodeChangeBody], Field(description="Worst first.")]
