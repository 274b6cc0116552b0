"""Ways from a service to the single requests behind its numbers."""

from dash.development.base_component import Component

from dashboard.reads.service_model import Service, Side
from dashboard.ui.links import Links
from dashboard.ui.views.parts import Content, link
from meshhub.expression.printing import quote
from topology.model import ServiceNode

OWN = dict.fromkeys(("id", "side", "find", "select"), "")
"""Parameters of this page that others do not understand."""


def access_logs(found: Service, links: Links, text: Content, *more: str) -> Component:
    """The access logs that the numbers of the shown side are counted from, narrowed by more conditions."""
    return link(text, links.here("logs", **OWN, q=" and ".join((*conditions(found.node, found.side), *more))))


def traces(found: Service, links: Links, text: Content) -> Component:
    """The traces that the service took part in."""
    return link(text, links.here("requests", **OWN, q=f"service = {quote(found.node.service)}"))


def conditions(node: ServiceNode, side: Side | None) -> tuple[str, ...]:
    """What the access logs of one side of a service have in common, as parts of an expression."""
    if side is Side.CALLS:
        return ("reporter != server", f"source = {quote(node.service)}", *_space("source_namespace", node))
    reporter = "reporter = server" if side is Side.OWN else "reporter != server"
    return (reporter, f"destination = {quote(node.service)}", *_space("destination_namespace", node))


def _space(field: str, node: ServiceNode) -> tuple[str, ...]:
    return (f"{field} = {quote(node.namespace)}",) if node.namespace else ()
