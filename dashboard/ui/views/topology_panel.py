"""The side panel of the topology page: what is selected, in words first, then in numbers."""

from collections.abc import Callable

from dash import html
from dash.development.base_component import Component

from dashboard.ui.links import Links
from dashboard.ui.reads import Reads
from dashboard.ui.scene import Scene
from dashboard.ui.state.topology import TopologyState
from dashboard.ui.views.about import About
from dashboard.ui.views.box_panel import box_panel, bundle_panel
from dashboard.ui.views.changes import changes
from dashboard.ui.views.edge_panel import edge_panel
from dashboard.ui.views.node_panel import node_panel
from dashboard.ui.views.parts import icon, link
from dashboard.ui.views.topology_summary import summary
from topology.analysis.model import GraphAnalysis


def panel(
    scene: Scene, state: TopologyState, reads: Reads, links: Links, shape: Callable[[], GraphAnalysis]
) -> Component:
    """Explain the selection; if nothing is selected, what changed, or all that is shown.

    `shape` analyses the shape of the graph, if that is asked for.
    """
    about = About(
        scene.seen.graph, scene.seen.asked, scene.look(state), state, reads.insights, reads.happenings, links, shape
    )
    if state.view.selected:
        return html.Div([_close(links), _selection(state.view.selected, about)])
    if scene.seen.diff is not None:
        return html.Div([changes(scene, scene.seen.diff, about), summary(scene, about)], className="stack")
    return summary(scene, about)


def _selection(chosen: str, about: About) -> Component:
    nodes = {node.id: node for node in about.graph.nodes}
    if chosen in nodes:
        return node_panel(nodes[chosen], about)
    edge = next((edge for edge in about.graph.edges if edge.id == chosen), None)
    if edge is not None:
        return edge_panel(edge, nodes[edge.source], nodes[edge.destination], about)
    return box_panel(chosen, about) or bundle_panel(chosen, about) or _gone(chosen)


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
