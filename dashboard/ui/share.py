"""What the share menu copies: the same answer by link, from the API, and on the command line."""

import shlex
from dataclasses import dataclass
from urllib.parse import quote

from dashboard.ui import query
from dashboard.ui.query import View

DEFAULT_HUB = "http://127.0.0.1:8080"
"""The hub that the commands ask if they are not told."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Three texts to paste."""

    link: str
    curl: str
    cli: str


def share(path: str, view: View, href: str) -> Shared:
    """How to come to the view at `path` (a page's path) again. `href` is the address of the browser."""
    origin = "/".join(href.split("/")[:3])
    window = {"window": view.length, "end": view.end}
    options = [part for key, value in window.items() if value for part in (f"--{key}", value)]
    hub = [] if origin == DEFAULT_HUB else ["--url", origin]
    if path == "requests":
        request_id = view.request_id or "REQUEST_ID"
        return Shared(href, _curl(f"{origin}/api/v1/requests/{quote(request_id)}"), _cli("request", request_id, *hub))
    if path == "hub":
        return Shared(href, _curl(f"{origin}/api/v1/hub{query.write(**window)}"), _cli("graph", *options, *hub))
    return Shared(href, _curl(f"{origin}/api/v1/graph{query.write(**window)}"), _cli("graph", *options, *hub))


def _curl(url: str) -> str:
    return f"curl -s {shlex.quote(url)}"


def _cli(*words: str) -> str:
    return shlex.join(("meshhub", *words))
