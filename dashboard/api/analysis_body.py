"""The body of GET /api/v1/graph/analysis."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.api.window_body import WindowBody

Text = Annotated[str, Field(description="For people.")]
NodeId = Annotated[str, Field(description="Id of a node.")]
EnteringShare = Annotated[float | None, Field(description="Of the requests that enter; null where none do.")]


class AffectedBody(TypedDict):
    """A node that fails, in part, when another does."""

    node: NodeId
    share: Annotated[float, Field(description="Of its own requests, 0 to 1.")]
    distance: Annotated[int, Field(description="Calls in between.")]
    rate_per_second: Annotated[float, Field(description="Its requests that would fail.")]


class BlastRadiusBody(TypedDict):
    """Who is affected if a node fails, if every call that a request makes is needed."""

    node: NodeId
    share: EnteringShare
    affected: Annotated[list[AffectedBody], Field(description="Callers, direct and not, most affected first.")]
    entries: Annotated[list[AffectedBody], Field(description="Those of them where traffic enters.")]
    text: Text


class WayBody(TypedDict):
    """A circle or a chain of calls."""

    nodes: list[str]
    edges: list[str]
    text: Text


class SinglePointBody(TypedDict):
    """A node that nothing goes around."""

    node: NodeId
    behind: Annotated[list[str], Field(description="Nodes that are reached through it only.")]
    share: EnteringShare
    text: Text


class FanOutBody(TypedDict):
    """How many others a node calls."""

    node: NodeId
    callees: int
    calls_per_request: Annotated[float | None, Field(description="null where nobody calls it.")]
    text: Text


class OrphanBody(TypedDict):
    """A service without traffic."""

    node: NodeId
    text: Text


class AnalysisBody(TypedDict):
    """What the shape of the graph of a window says; each list has the weightiest first."""

    window: WindowBody
    entries: Annotated[list[str], Field(description="Nodes where traffic enters, by id.")]
    blast: Annotated[list[BlastRadiusBody], Field(description="Of the node asked for, or of those that hurt most.")]
    cycles: list[WayBody]
    single_points: list[SinglePointBody]
    chains: Annotated[list[WayBody], Field(description="Longest ways of synchronous calls, one per entry.")]
    fan_out: list[FanOutBody]
    orphans: list[OrphanBody]
    limits: Annotated[list[str], Field(description="Of which lists not all is told.")]
