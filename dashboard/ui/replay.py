"""Replay: a window in steps. Each frame is the graph of a short time, drawn on the ground of the whole window."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.ui.figures.annotations import KINDS, Mark
from dashboard.ui.query import UnreadableQuery
from meshhub.model import TimeRange
from topology.model import EdgeView, Errors, NodeTraffic, Rates, Retries, ServiceEdge, ServiceGraph, ServiceNode

FRAMES = 60
"""About so many frames has a window."""
STEP_SECONDS = 10
"""Edges are stored in steps of this length; frames are multiples of it."""


def frame_length(window: TimeRange) -> timedelta:
    """How long each frame of a window is."""
    return timedelta(seconds=max(1, math.ceil(window.seconds / FRAMES / STEP_SECONDS)) * STEP_SECONDS)


def frame_ends(window: TimeRange) -> tuple[datetime, ...]:
    """The end of each frame, by time: at least one."""
    step = frame_length(window)
    last = math.floor(window.end.timestamp() / STEP_SECONDS) * STEP_SECONDS
    count = max(1, math.floor(window.seconds / step.total_seconds()))
    end = datetime.fromtimestamp(last, UTC)
    return tuple(end - step * (count - 1 - index) for index in range(count))


def frame_marks(ends: Sequence[datetime], marks: Iterable[Mark]) -> list[dict[str, Any]]:
    """Marks of a slider over frames: at the first frame that has what happened."""
    glyphs: dict[int, str] = {}
    for mark in marks:
        index = bisect_left(ends, mark.time)
        if index < len(ends):
            glyphs[index] = KINDS[mark.kind][0]
    return [{"value": index, "label": glyph} for index, glyph in sorted(glyphs.items())]


def frame_window(window: TimeRange, end: datetime) -> TimeRange:
    """The frame of a window that ends at `end`.

    Raises:
        UnreadableQuery: it is not in the window.
    """
    length = frame_length(window)
    if not window.start - length <= end - length or end > window.end + length:
        raise UnreadableQuery(f"could not show at={end.isoformat()}: it is not in the window that is replayed")
    return TimeRange(end - length, end)


def quieted(ground: ServiceGraph, moment: ServiceGraph) -> ServiceGraph:
    """All of `ground`, with the numbers of `moment`: what `moment` does not have was idle then."""
    nodes = {node.id: _quiet_node(node) for node in ground.nodes} | {node.id: node for node in moment.nodes}
    edges = {edge.id: _quiet_edge(edge) for edge in ground.edges} | {edge.id: edge for edge in moment.edges}
    return replace(
        moment,
        nodes=tuple(nodes[name] for name in sorted(nodes)),
        edges=tuple(edges[name] for name in sorted(edges)),
    )


def _quiet_node(node: ServiceNode) -> ServiceNode:
    nothing = NodeTraffic(0, 0.0, None, None)
    return replace(node, inbound=nothing if node.inbound else None, outbound=nothing if node.outbound else None)


def _quiet_edge(edge: ServiceEdge) -> ServiceEdge:
    return replace(
        edge,
        headline=_quiet_view(edge.headline),
        client=_quiet_view(edge.client) if edge.client else None,
        server=_quiet_view(edge.server) if edge.server else None,
    )


def _quiet_view(view: EdgeView) -> EdgeView:
    return replace(
        view,
        rates=Rates(0, 0.0, 0, 0),
        errors=Errors(None, None, {}, {}, {}),
        latency=None,
        flags={},
        retries=Retries(0, 0, None),
    )
