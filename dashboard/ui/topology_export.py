"""What the topology page saves as files: the part of the graph that is shown."""

from typing import Any

from pydantic_core import to_json

from dashboard.api.graph_view import show_graph
from dashboard.ui import ids
from topology.export import FORMATS, export
from topology.health.model import HealthReport
from topology.model import ServiceGraph

BUTTONS = {
    ids.TOPOLOGY_JSON: "json",
    ids.TOPOLOGY_GRAPHML: "graphml",
    ids.TOPOLOGY_DOT: "dot",
    ids.TOPOLOGY_MERMAID: "mermaid",
}
"""The format that each button saves."""


def file(graph: ServiceGraph, report: HealthReport, button: str) -> dict[str, Any]:
    """A file as dcc.Download takes it. JSON is the body of the API's graph."""
    name = BUTTONS[button]
    at = graph.window.end.strftime("%Y-%m-%d-%H-%M-%S")
    if name == "json":
        body = show_graph(graph, None, reports=True, health=report)
        return _download(
            to_json(body, indent=1, inf_nan_mode="null").decode(), f"meshhub-{at}.json", "application/json"
        )
    known = FORMATS[name]
    return _download(export(graph, report, name), f"meshhub-{at}.{known.suffix}", known.media_type)


def _download(content: str, name: str, media_type: str) -> dict[str, Any]:
    return {"content": content, "filename": name, "type": media_type, "base64": False}
