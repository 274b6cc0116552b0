"""Where the search box can go, and what it can do: services, SLOs, routes, pages, actions."""

from collections.abc import Sequence
from typing import Any

from dashboard.ui import ids, query
from dashboard.ui.graph_scope import clusters
from dashboard.ui.pages.page import Page
from dashboard.ui.state import logs, services, slos
from meshhub.expression.printing import quote
from topology.model import ServiceGraph, ServiceNode

ACTIONS = (
    ("Copy link", ids.COPY_LINK),
    ("Copy as curl", ids.COPY_CURL),
    ("Copy as CLI", ids.COPY_CLI),
    ("Live on or off", ids.LIVE),
    ("Window back", ids.BACK),
    ("Window forward", ids.FORWARD),
    ("Compare with the window before", ids.COMPARE_PREVIOUS),
    ("Compare with 1 h ago", ids.COMPARE_HOUR),
    ("Compare with 1 d ago", ids.COMPARE_DAY),
    ("Compare with 1 w ago", ids.COMPARE_WEEK),
    ("Compare with nothing", ids.COMPARE_OFF),
    ("Light or dark", ids.THEME),
    ("Keyboard help", ids.HELP),
    ("Replay the window", ids.TOPOLOGY_REPLAY),
    ("Fit the graph", ids.TOPOLOGY_FIT),
    ("Arrange the graph anew", ids.TOPOLOGY_ARRANGE),
    ("Export the graph as PNG", ids.TOPOLOGY_PNG),
    ("Export the graph as SVG", ids.TOPOLOGY_SVG),
)
"""What the search box can do by name: the text, and the button that it presses. Offered where the button is."""
TRACE_PAGE = "trace"

Target = tuple[str, dict[str, str]]
"""The path of a page, and parameters."""


def places(
    graph: ServiceGraph, pages: Sequence[Page], prefix: str, *, routes: Sequence[str] = (), promises: Sequence[str] = ()
) -> dict[str, Any]:
    """For assets/search.js: suggestions in groups, where each leads, and where any other text is looked up.

    The texts of the suggestions are the keys of `targets` (a page, and the parameters that it takes) and `actions`;
    other texts are taken for ids: 32 hexadecimal digits for that of a trace, all else for that of a request.

    Args:
        graph: whose services can be found, each first as its own page, then in the topology.
        pages: those that can be gone to.
        prefix: where the app is mounted, with slashes around it.
        routes: names of routes, which lead to their access logs.
        promises: names of SLOs.
    """
    several = len(clusters(graph)) > 1
    named = {_service_option(node, several=several): node.id for node in graph.nodes if node.service}
    groups: dict[str, dict[str, Target]] = {
        "Services": {text: (f"{prefix}services", {services.SERVICE_ID: named[text]}) for text in sorted(named)},
        "SLOs": {f"{name} · SLO": (f"{prefix}slos", {slos.NAME: name}) for name in sorted(promises)},
        "Routes": {
            f"{route} · route": (f"{prefix}logs", {logs.EXPRESSION: f"route = {quote(route)}"})
            for route in sorted(routes)
        },
        "Pages": {_page_option(page): (f"{prefix}{page.path}", {}) for page in pages},
        "In the topology": {
            f"{text} · in the topology": (f"{prefix}topology", {query.SELECTED: named[text]}) for text in sorted(named)
        },
    }
    request_page = f"{prefix}requests"
    trace_page = f"{prefix}{TRACE_PAGE}" if any(page.path == TRACE_PAGE for page in pages) else request_page
    targets: dict[str, Target] = {}
    options = []
    for group, items in groups.items():
        fresh = [text for text in items if text not in targets]  # a suggestion may stand in the list once only
        targets |= {text: items[text] for text in fresh}
        options += [{"group": group, "items": fresh}] if fresh else []
    return {
        "options": options,
        "targets": targets,
        "actions": dict(ACTIONS),
        "request_page": request_page,
        "trace_page": trace_page,
        "request_parameter": query.REQUEST_ID,
        "shared": list(query.SHARED),
    }


def _service_option(node: ServiceNode, *, several: bool) -> str:
    """Tells one from another of its name in another namespace, and where there are several, in another cluster."""
    where = node.namespace or node.kind.value
    return f"{node.service} · {where} · {node.cluster}" if several and node.cluster else f"{node.service} · {where}"


def _page_option(page: Page) -> str:
    return f"{page.title} page"
