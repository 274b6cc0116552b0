"""The formats by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from topology.export.cytoscape import export_cytoscape
from topology.export.dot import export_dot
from topology.export.graphml import export_graphml
from topology.export.mermaid import export_mermaid
from topology.health.model import HealthReport
from topology.model import ServiceGraph


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a graph. `suffix` is that of its files."""

    name: str
    media_type: str
    suffix: str
    write: Callable[[ServiceGraph, HealthReport | None], str]


FORMATS: Mapping[str, Format] = {
    each.name: each
    for each in (
        Format("graphml", "application/graphml+xml", "graphml", export_graphml),
        Format("dot", "text/vnd.graphviz", "dot", export_dot),
        Format("mermaid", "text/vnd.mermaid", "mmd", export_mermaid),
        Format("cytoscape", "application/vnd.cytoscape+json", "cyjs", export_cytoscape),
    )
}


def export(graph: ServiceGraph, health: HealthReport | None, name: str) -> str:
    """The graph in the format of this name.

    Raises:
        LookupError: there is no such format.
    """
    found = FORMATS.get(name)
    if found is None:
        raise LookupError(f"could not export the graph as {name}: known are {', '.join(FORMATS)}")
    return found.write(graph, health)
