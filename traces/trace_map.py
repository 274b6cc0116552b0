"""The services of one trace and who called whom in it."""

from dataclasses import dataclass

from traces.trace_model import NONE, Trace


@dataclass(slots=True)
class MapNode:
    """A service. `depth`: how many calls the first of its spans is away from a root."""

    service: str
    depth: int
    spans: int = 0
    errors: int = 0
    self_ns: int = 0


@dataclass(slots=True)
class MapEdge:
    """Calls from one service to another: spans whose parent is of another service."""

    source: str
    target: str
    calls: int = 0
    errors: int = 0
    length_ns: int = 0


@dataclass(frozen=True, slots=True)
class TraceMap:
    """Nodes and edges in the order of their first span."""

    nodes: tuple[MapNode, ...]
    edges: tuple[MapEdge, ...]


def map_trace(trace: Trace) -> TraceMap:
    """The map. Spans of one service below each other are no call."""
    nodes: dict[str, MapNode] = {}
    edges: dict[tuple[str, str], MapEdge] = {}
    depths: list[int] = []
    for each in trace.spans:
        service = each.span.service
        source = None if each.parent == NONE else trace.spans[each.parent].span.service
        depth = 0 if each.parent == NONE else depths[each.parent] + (source != service)
        depths.append(depth)
        node = nodes.setdefault(service, MapNode(service, depth))
        node.spans += 1
        node.errors += each.error
        node.self_ns += each.self_ns
        if source is not None and source != service:
            edge = edges.setdefault((source, service), MapEdge(source, service))
            edge.calls += 1
            edge.errors += each.error
            edge.length_ns += each.length_ns
    return TraceMap(tuple(nodes.values()), tuple(edges.values()))
