"""The side panel of the topology page: what is selected, in words first, then in numbers."""

from dash import html
from dash.development.base_component import Component

from dashboard.ui.graph_scope import box_id, restrict
from dashboard.ui.links import Links
from dashboard.ui.query import View
from dashboard.ui.views.edge_panel import edge_panel
from dashboard.ui.views.namespace_panel import bundle_panel, namespace_panel
from dashboard.ui.views.node_panel import node_panel
from dashboard.ui.views.parts import icon, link
from dashboard.ui.views.topology_summary import summary
from topology.model import ServiceGraph


def panel(graph: ServiceGraph, view: View, links: Links) -> Component:
    """Explain the selection; the whole graph if nothing is selected."""
    chosen = view.selected
    if not chosen:
        return summary(restrict(graph, view.namespaces) if view.namespaces else graph, links)
    return html.Div([_close(links), _selection(graph, chosen, view, links)])


def _selection(graph: ServiceGraph, chosen: str, view: View, links: Links) -> Component:
    nodes = {node.id: node for node in graph.nodes}
    if chosen in nodes:
        return node_panel(nodes[chosen], graph, links)
    edge = next((edge for edge in graph.edges if edge.id == chosen), None)
    if edge is not None:
        return edge_panel(edge, nodes[edge.source], nodes[edge.destination], links)
    namespace = next((node.namespace for node in graph.nodes if box_id(node.namespace) == chosen), "")
    if namespace:
        return namespace_panel(namespace, graph, view, links)
    return bundle_panel(chosen, graph, links) or _gone(chosen)


def _gone(chosen: str) -> Component:
    return html.Div(
        [
            html.H2("Not in this window"),
            html.P(
                ["The link selects ", html.Code(chosen), ", which had no traffic in this window. Widen the window?"]
            ),
        ]
    )


def _close(links: Links) -> Component:
    return html.Div(
        link([icon("close"), "Close"], links.here("topology", select=""), label="Close (Esc)"), className="close"
    )
