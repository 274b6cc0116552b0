"""Elements of Cytoscape.js and of Cytoscape (https://js.cytoscape.org/#notation/elements-json)."""

import json
from typing import Any

from topology.export.rows import edge_label, edge_values, node_name, node_values
from topology.health.model import HealthReport
from topology.model import ServiceGraph


def export_cytoscape(graph: ServiceGraph, health: HealthReport | None) -> str:
    """JSON with all attributes as data."""
    nodes: list[dict[str, Any]] = [
        {"data": {"id": node.id, "label": node_name(node), **node_values(node, health)}} for node in graph.nodes
    ]
    edges: list[dict[str, Any]] = [
        {
            "data": {
                "id": edge.id,
                "source": edge.source,
                "target": edge.destination,
                "label": edge_label(edge),
                **edge_values(edge, health),
            }
        }
        for edge in graph.edges
    ]
    return (
        json.dumps({"elements": {"nodes": nodes, "edges": edges}}, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    )
