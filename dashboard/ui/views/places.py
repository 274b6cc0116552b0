"""Where the search box can go: services and pages."""

from collections.abc import Sequence
from typing import Any

from dashboard.ui import query
from dashboard.ui.pages.page import Page
from topology.model import ServiceGraph, ServiceNode


def places(graph: ServiceGraph, pages: Sequence[Page], prefix: str) -> dict[str, Any]:
    """For assets/frame.js: suggestions in groups, where each leads, and where any other text is looked up.

    The texts of the suggestions are the keys of `services` and `pages`; other texts are taken for request ids.
    """
    services = {_service_option(node): node.id for node in graph.nodes if node.service}
    destinations = {_page_option(page): f"{prefix}{page.path}" for page in pages}
    return {
        "options": [
            {"group": "Services", "items": sorted(services)},
            {"group": "Pages", "items": list(destinations)},
        ],
        "services": services,
        "pages": destinations,
        "service_page": f"{prefix}topology",
        "service_parameter": query.SELECTED,
        "request_page": f"{prefix}requests",
        "request_parameter": query.REQUEST_ID,
        "shared": list(query.SHARED),
    }


def _service_option(node: ServiceNode) -> str:
    return f"{node.service} · {node.namespace}" if node.namespace else f"{node.service} · {node.kind}"


def _page_option(page: Page) -> str:
    return f"{page.title} page"
