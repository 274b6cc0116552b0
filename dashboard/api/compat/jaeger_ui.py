"""Where the Jaeger UI's addresses lead: to the hub's own pages. Kiali and Grafana link to them."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from dashboard.api.compat.answers import pairs_of, route_class
from dashboard.api.compat.reads import CompatReads
from traces.jaeger.links import read_search_link, read_trace_link

PAGES = "/ui/"
"""Where the pages are."""
TEXT = "text/plain; charset=utf-8"


def create_jaeger_ui_router(reads: CompatReads) -> APIRouter:
    """/trace/{id}, /trace/{id}...{id} and /search."""
    router = APIRouter(route_class=route_class(lambda _status, message: message, TEXT), include_in_schema=False)

    @router.get("/trace/{ids}")
    def trace(ids: str, request: Request) -> Response:
        return _to("trace", read_trace_link(ids, pairs_of(request)))

    @router.get("/search")
    def search(request: Request) -> Response:
        return _to("requests", read_search_link(pairs_of(request), now_ns=reads.now_ns()))

    return router


def _to(page: str, parameters: dict[str, str]) -> Response:
    return RedirectResponse(f"{PAGES}{page}?{urlencode(parameters)}")
