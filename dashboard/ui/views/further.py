"""Where to look further: the requests, logs and pages behind an edge or a service, their filters in the address."""

from dashboard.ui.state.topology import FOCUS
from dashboard.ui.views.about import About
from meshhub.expression.printing import quote
from topology.model import ServiceEdge, ServiceNode

Target = tuple[str, str, str]
"""Icon, text, address."""


def edge_links(edge: ServiceEdge, source: ServiceNode, destination: ServiceNode, about: About) -> list[Target]:
    """The failing and the slow requests of an edge, and its access logs."""
    ends = " and ".join(filter(None, (_end("source", source), _end("destination", destination))))
    if not ends:
        return []
    view = edge.headline
    made = [("requests", "Failing requests", _requests(f"{ends} and error", about))]
    if view.latency:
        slow = f"{ends} and duration > {max(1, round(view.latency.p95 / 1000))}ms"
        made.append(("trace", "Requests slower than p95", _requests(slow, about)))
    made.append(("logs", "Access logs", about.links.here("logs", **_only(about, q=ends))))
    return made


def node_links(node: ServiceNode, about: About) -> list[Target]:
    """A service's own page, its failing requests, its access logs, and the graph around it."""
    made = []
    if node.service:
        made.append(("services", "Its page", about.links.here("services", **_only(about, id=node.id))))
        end = _end("destination", node)
        made.append(("requests", "Failing requests to it", _requests(f"{end} and error", about)))
        made.append(("logs", "Access logs of calls to it", about.links.here("logs", **_only(about, q=end))))
    if about.state.focus != node.id:
        made.append(("topology", "Only what is around it (f)", about.links.here("topology", **{FOCUS: node.id})))
    return made


def _end(side: str, node: ServiceNode) -> str:
    if not node.service:
        return ""
    text = f"{side} = {quote(node.service)}"
    return f"{text} and {side}_namespace = {quote(node.namespace)}" if node.namespace else text


def _requests(expression: str, about: About) -> str:
    return about.links.here("requests", **_only(about, q=expression))


def _only(about: About, **parameters: str) -> dict[str, str]:
    """Changes that leave of this page's parameters what every page understands."""
    return dict.fromkeys(about.links.own(), "") | parameters
