"""The table of pages, in the order of the navigation. A new page is one module and one line here."""

from dashboard.ui.pages import alerts, findings, hub, logs, mesh, requests, services, slos, topology, trace
from dashboard.ui.pages.page import Page

PAGES = (
    Page("topology", "Topology", "topology", "t", topology.layout, topology.register),
    Page("services", "Services", "services", "s", services.layout, services.register),
    Page("requests", "Requests", "requests", "r", requests.layout, requests.register),
    Page("trace", "Trace", "trace", "w", trace.layout, trace.register),
    Page("logs", "Logs", "logs", "l", logs.layout, logs.register),
    Page("slos", "SLOs", "slos", "o", slos.layout, slos.register),
    Page("alerts", "Alerts", "alerts", "a", alerts.layout, alerts.register),
    Page("findings", "Findings", "findings", "f", findings.layout, findings.register),
    Page("mesh", "Mesh", "mesh", "m", mesh.layout, mesh.register),
    Page("hub", "Hub", "hub", "h", hub.layout, hub.register),
)


def find(pathname: str | None, prefix: str) -> Page | None:
    """The page of a browser's path; the first one for the app's root; None if there is none."""
    path = (pathname or prefix).removeprefix(prefix.rstrip("/")).strip("/")
    if not path:
        return PAGES[0]
    return next((page for page in PAGES if page.path == path), None)
