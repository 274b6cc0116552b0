"""What the shape of the mesh says, in words."""

from dash import html
from dash.development.base_component import Component

from dashboard.ui.links import Links
from dashboard.ui.views.parts import link, section
from topology.analysis.model import GraphAnalysis
from topology.model import ServiceGraph

FACTS_SHOWN = 3


def shape(graph: ServiceGraph, analysis: GraphAnalysis, links: Links) -> Component | None:
    """Where a failure would hurt, circles, the longest chain; None if there is nothing to say."""
    told = [
        *((point.text, point.node) for point in analysis.single_points[:FACTS_SHOWN]),
        *((blast.text, blast.node) for blast in analysis.blast[:FACTS_SHOWN]),
        *((cycle.text, cycle.edges[0] if cycle.edges else "") for cycle in analysis.cycles[:FACTS_SHOWN]),
        *((chain.text, "") for chain in analysis.chains[:1]),
    ]
    names = {node.id: node.service or "unknown" for node in graph.nodes}
    items = [
        html.Li([link(names[name], links.here("topology", select=name)), ": ", text] if name in names else text)
        for text, name in told
    ]
    return section("Its shape", html.Ul(items, className="shape-facts")) if items else None
