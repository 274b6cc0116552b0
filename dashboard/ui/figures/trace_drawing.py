"""The service map and the flame graph of a trace, for assets/trace_drawing.js."""

from typing import Any

from dashboard.ui import format as fmt
from dashboard.ui.theme import service_colours
from traces.flame import flames
from traces.structure import shape
from traces.trace_map import map_trace
from traces.trace_model import Trace

MAX_BOXES = 3_000
MAX_SERVICES = 200


def service_map(trace: Trace) -> dict[str, Any]:
    """Boxes in columns by how many calls a service is away from the root, and the calls between them."""
    found, colours = map_trace(trace), service_colours(trace.services)
    nodes = found.nodes[:MAX_SERVICES]
    kept = {node.service for node in nodes}
    return {
        "kind": "map",
        "nodes": [
            {
                "name": node.service,
                "column": node.depth,
                "colour": colours[node.service],
                "errors": node.errors,
                "says": f"{fmt.plural(node.spans, 'span')} · own time {fmt.duration(node.self_ns / 1e3)}",
            }
            for node in nodes
        ],
        "edges": [
            {
                "from": edge.source,
                "to": edge.target,
                "errors": edge.errors,
                "says": f"{edge.calls}× · {fmt.duration(edge.length_ns / 1e3)}",
            }
            for edge in found.edges
            if edge.source in kept and edge.target in kept
        ],
    }


def flame(trace: Trace) -> dict[str, Any]:
    """Boxes by depth, left and width in nanoseconds of work."""
    boxes, colours = flames(shape(trace), MAX_BOXES), service_colours(trace.services)
    whole = max((box.left_ns + box.width_ns for box in boxes), default=1)
    return {
        "kind": "flame",
        "whole": max(whole, 1),
        "boxes": [
            {
                "depth": box.shape.depth,
                "left": box.left_ns,
                "width": box.width_ns,
                "service": box.shape.step[0][:200] or "unknown",
                "name": box.shape.step[1][:200],
                "colour": colours[box.shape.step[0]],
                "errors": box.shape.errors,
                "says": f"{fmt.plural(box.shape.spans, 'span')}, {fmt.duration(box.width_ns / 1e3)} of work, "
                f"own {fmt.duration(box.shape.self_ns / 1e3)}",
            }
            for box in boxes
        ],
    }
