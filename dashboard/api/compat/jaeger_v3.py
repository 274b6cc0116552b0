"""Jaeger's API v3 over HTTP: what the Jaeger UI and Grafana's newer Jaeger data source call under /api/v3."""

import json
from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from dashboard.api.compat.answers import body_of, json_answer, pairs_of, route_class
from dashboard.api.compat.reads import CompatReads
from traces.compat.model import QueryFault, TraceQuery
from traces.compat.otlp import otlp_json, to_otlp
from traces.compat.reading import Pairs, Parameters, clean, read_rfc3339, read_trace_id
from traces.jaeger import v3
from traces.jaeger.document import show_dependencies

MAX_BODY = 64 * 1024
NO_TRACES = "No traces found"


def create_jaeger_v3_router(reads: CompatReads) -> APIRouter:
    """The routes under /api/v3."""
    router = APIRouter(prefix="/api/v3", route_class=route_class(v3.show_error), include_in_schema=False)

    @router.get("/services")
    def services() -> Response:
        return json_answer({"services": reads.services()})

    @router.get("/operations")
    def operations(request: Request) -> Response:
        service, kind = v3.read_operations(pairs_of(request))
        return json_answer(v3.show_operations(reads.operations(service, kind)))

    @router.get("/traces")
    def search(request: Request) -> Response:
        return _found(v3.read_search(pairs_of(request)))

    @router.post("/traces")
    async def search_by_body(request: Request) -> Response:
        query = v3.read_search(_pairs_of_body(await body_of(request, MAX_BODY)))
        return await run_in_threadpool(_found, query)

    @router.get("/traces/{trace_id}")
    def trace(trace_id: str, request: Request) -> Response:
        wanted = read_trace_id(trace_id)
        v3.read_trace_options(pairs_of(request))
        found = reads.traces([wanted])
        if not found:
            return json_answer(v3.show_error(404, NO_TRACES), 404)
        return json_answer({"result": otlp_json(to_otlp(found))})

    @router.get("/trace-summaries")
    def summaries(request: Request) -> Response:
        return json_answer(v3.show_summaries(reads.outlines(v3.read_search(pairs_of(request)))))

    @router.post("/trace-summaries")
    async def summaries_by_body(request: Request) -> Response:
        query = v3.read_search(_pairs_of_body(await body_of(request, MAX_BODY)))
        return json_answer(v3.show_summaries(await run_in_threadpool(reads.outlines, query)))

    @router.get("/dependencies")
    def dependencies(request: Request) -> Response:
        given = Parameters(pairs_of(request))
        start, end = given.text("startTime", "start_time"), given.text("endTime", "end_time")
        if not start or not end:
            raise QueryFault("startTime and endTime are required")
        found = reads.dependencies(read_rfc3339("startTime", start), read_rfc3339("endTime", end))
        shown = [link | {"callCount": str(link["callCount"])} for link in show_dependencies(found)]
        return json_answer({"dependencies": shown})

    def _found(query: TraceQuery) -> Response:
        traces = reads.search(query)
        if not traces:
            return json_answer(v3.show_error(404, NO_TRACES), 404)
        return json_answer({"result": otlp_json(to_otlp(traces))})

    return router


def _pairs_of_body(body: bytes) -> Pairs:
    """The members of {"query": {...}} as the parameters that they are in a URL."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise QueryFault(f"could not read the request: its body is no JSON ({error})") from error
    query = document.get("query") if isinstance(document, dict) else None
    if not isinstance(query, dict):
        raise QueryFault('could not read the request: expected {"query": {...}}')
    return list(_members(query))


def _members(query: dict[Any, Any]) -> Iterable[tuple[str, str]]:
    for name, value in query.items():
        text = value if isinstance(value, str) else json.dumps(value)
        yield f"query.{clean(str(name))}", clean(text)
