"""Zipkin's API v2: what its UI, its clients and Grafana's Zipkin data source call. Spans are sent elsewhere."""

from fastapi import APIRouter, Request, Response

from dashboard.api.compat.answers import json_answer, pairs_of, route_class
from dashboard.api.compat.reads import CompatReads
from meshhub.errors import NotFound
from traces.compat.model import SPAN, QueryFault
from traces.compat.reading import Parameters, read_trace_id
from traces.zipkin.queries import DEFAULT_LIMIT, DEFAULT_LOOKBACK_NS, read_search, read_trace_ids, read_window
from traces.zipkin.spans import show_links, show_trace

TEXT = "text/plain; charset=utf-8"
AUTOCOMPLETE_KEYS = ("component", "http.method", "http.status_code", "response_flags", "upstream_cluster")
"""Tags whose values are worth a list: few, and on every span of a proxy."""

_CONFIG = {
    "environment": "meshhub",
    "queryLimit": DEFAULT_LIMIT,
    "defaultLookback": DEFAULT_LOOKBACK_NS // 10**6,
    "searchEnabled": True,
    "dependency": {"enabled": True, "lowErrorRate": 0.5, "highErrorRate": 0.75},
}


def create_zipkin_router(reads: CompatReads) -> APIRouter:
    """The routes under /api/v2 that are Zipkin's."""
    router = APIRouter(prefix="/api/v2", route_class=route_class(_error, TEXT), include_in_schema=False)

    @router.get("/services")
    def services() -> Response:
        return json_answer(reads.services())

    @router.get("/spans")
    def span_names(request: Request) -> Response:
        found = reads.operations(_service(request))
        return json_answer(sorted({each.name for each in found}))

    @router.get("/remoteServices")
    def remote_services(request: Request) -> Response:
        _service(request)
        return json_answer([])

    @router.get("/traces")
    def search(request: Request) -> Response:
        query = read_search(pairs_of(request), now_ns=reads.now_ns())
        return json_answer([show_trace(trace) for trace in reads.search(query)])

    @router.get("/trace/{trace_id}")
    def trace(trace_id: str) -> Response:
        found = reads.traces([read_trace_id(trace_id)])
        if not found:
            raise NotFound(f"{trace_id} not found")
        return json_answer(show_trace(found[0]))

    @router.get("/traceMany")
    def several_traces(request: Request) -> Response:
        return json_answer([show_trace(trace) for trace in reads.traces(read_trace_ids(pairs_of(request)))])

    @router.get("/dependencies")
    def dependencies(request: Request) -> Response:
        return json_answer(show_links(reads.dependencies(*read_window(pairs_of(request), now_ns=reads.now_ns()))))

    @router.get("/autocompleteKeys")
    def keys() -> Response:
        return json_answer(AUTOCOMPLETE_KEYS)

    @router.get("/autocompleteValues")
    def values(request: Request) -> Response:
        key = Parameters(pairs_of(request)).text("key")
        if key not in AUTOCOMPLETE_KEYS:
            return json_answer([])
        now = reads.now_ns()
        found = reads.attribute_values(SPAN, key, now - DEFAULT_LOOKBACK_NS, now)
        return json_answer(sorted(each.value for each in found))

    return router


def create_zipkin_ui_router() -> APIRouter:
    """What Zipkin's UI reads before all else."""
    router = APIRouter(include_in_schema=False)

    @router.get("/config.json")
    def config() -> Response:
        return json_answer(_CONFIG)

    return router


def _service(request: Request) -> str:
    name = Parameters(pairs_of(request)).text("serviceName")
    if not name:
        raise QueryFault("serviceName parameter is missing")
    return name


def _error(_status: int, message: str) -> str:
    return message
