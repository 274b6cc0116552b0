"""Jaeger's API v1: what Grafana's Jaeger data source, Kiali and the Jaeger UI call under /api."""

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from dashboard.api.compat.answers import body_of, json_answer, pairs_of, route_class
from dashboard.api.compat.reads import CompatReads
from traces.compat.model import QueryFault
from traces.compat.otlp import from_otlp_json
from traces.compat.reading import Parameters, read_trace_id
from traces.jaeger import v1
from traces.jaeger.document import (
    Fault,
    envelope,
    short_id,
    show_dependencies,
    show_operations,
    show_trace,
)
from traces.jaeger.metrics import show_metrics

MAX_TRANSFORM = 64 * 1024 * 1024
NO_TRACE = "trace not found"
NO_ARCHIVE = (
    "archive storage was not configured: this hub has no archive; it keeps every trace for storage.retention.spans days"
)


def create_jaeger_v1_router(reads: CompatReads) -> APIRouter:
    """The routes under /api that are Jaeger's."""
    router = APIRouter(prefix="/api", route_class=route_class(_error), include_in_schema=False)

    @router.get("/services")
    def services(request: Request) -> Response:
        names = reads.services()
        return _answer(request, envelope(names, total=len(names)))

    @router.get("/services/{service:path}/operations")
    def operations_of_service(service: str, request: Request) -> Response:
        names = sorted({operation.name for operation in reads.operations(service)})
        return _answer(request, envelope(names, total=len(names)))

    @router.get("/operations")
    def operations(request: Request) -> Response:
        given = Parameters(pairs_of(request))
        service = given.text("service")
        if not service:
            raise QueryFault("parameter 'service' is required")
        found = reads.operations(service, given.text("spanKind"))
        return _answer(request, envelope(show_operations(found), total=len(found)))

    @router.get("/traces")
    def search(request: Request) -> Response:
        query, ids = v1.read_search(pairs_of(request), now_ns=reads.now_ns())
        if not ids:
            return _answer(request, envelope([show_trace(trace) for trace in reads.search(query)]))
        found = reads.traces(ids)
        known = {trace.trace_id for trace in found}
        missing: list[Fault] = [{"msg": NO_TRACE, "traceID": short_id(each)} for each in ids if each not in known]
        return _answer(request, envelope([show_trace(trace) for trace in found], errors=missing or None))

    @router.get("/traces/{trace_id}")
    def trace(trace_id: str, request: Request) -> Response:
        wanted = read_trace_id(trace_id)
        v1.read_trace_options(pairs_of(request))
        found = reads.traces([wanted])
        if not found:
            return json_answer(_error(404, NO_TRACE), 404)
        return _answer(request, envelope([show_trace(found[0])]))

    @router.get("/dependencies")
    def dependencies(request: Request) -> Response:
        pairs = pairs_of(request)
        window = v1.read_dependencies(pairs, now_ns=reads.now_ns())
        service = Parameters(pairs).text("service")
        found = reads.dependencies(window.start_ns, window.end_ns)
        shown = [each for each in found if not service or service in (each.parent, each.child)]
        return _answer(request, envelope(show_dependencies(shown)))

    @router.get("/metrics/minstep")
    def shortest_step(request: Request) -> Response:
        return _answer(request, envelope(v1.SHORTEST_STEP_MS))

    @router.get("/metrics/{which}")
    def metrics(which: str, request: Request) -> Response:
        if which not in ("latencies", "calls", "errors"):
            return json_answer(_error(404, "no such metric"), 404)
        query = v1.read_metrics(pairs_of(request), now_ns=reads.now_ns(), with_quantile=which == "latencies")
        points = reads.calls_over_time(
            query.window.start_ns,
            query.window.end_ns,
            query.services,
            by_operation=query.by_operation,
            step_seconds=query.step_seconds,
        )
        return _answer(request, show_metrics(which, query, points))

    @router.post("/transform")
    async def transform(request: Request) -> Response:
        body = await body_of(request, MAX_TRANSFORM)
        shown = await run_in_threadpool(lambda: [show_trace(trace) for trace in from_otlp_json(body)])
        return _answer(request, envelope(shown))

    @router.post("/archive/{trace_id}")
    def archive(trace_id: str) -> Response:
        read_trace_id(trace_id)
        return json_answer(_error(500, NO_ARCHIVE), 500)

    return router


def _answer(request: Request, body: Any) -> Response:
    indented = request.query_params.get("prettyPrint", "") not in ("", "false")
    return json_answer(body, indented=indented)


def _error(status: int, message: str) -> Any:
    return envelope(None, errors=[{"code": status, "msg": message}])
