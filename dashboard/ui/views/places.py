"""Where the search box can go, and what it can do: services, pages, actions."""

from collections.abc import Sequence
from typing import Any

from dashboard.ui import ids, query
from dashboard.ui.graph_scope import clusters
from dashboard.ui.pages.page import Page
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


def places(graph: ServiceGraph, pages: Sequence[Page], prefix: str) -> dict[str, Any]:
    """For assets/search.js: suggestions in groups, where each leads, and where any other text is looked up.

    The texts of the suggestions are the keys of `services`, `pages` and `actions`; other texts are taken for ids: 32
    hexadecimal digits for that of a trace, all else for that of a request.
    """
    several = len(clusters(graph)) > 1
    services = {_service_option(node, several=several): node.id for node in graph.nodes if node.service}
    destinations = {_page_option(page): f"{prefix}{page.path}" for page in pages}
    request_page = f"{prefix}requests"
    trace_page = f"{prefix}{TRACE_PAGE}" if any(page.path == TRACE_PAGE for page in pages) else request_page
    return {
        "options": [
            {"group": "Services", "items": sorted(services)},
            {"group": "Pages", "items": list(destinations)},
        ],
        "services": services,
        "pages": destinations,
        "actions": dict(ACTIONS),
        "service_page": f"{prefix}topology",
        "service_parameter": query.SELECTED,
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
