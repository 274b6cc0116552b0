"""Tempo's HTTP API: what Grafana's Tempo data source and Kiali call."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from dashboard.api.compat.answers import json_answer, pairs_of, route_class
from dashboard.api.compat.reads import CompatReads
from meshhub.errors import NotFound
from storage.records.compat import AttributeKey, AttributeValue
from traces.compat.model import QueryFault, Trace
from traces.compat.otlp import to_otlp
from traces.compat.reading import Parameters, read_trace_id
from traces.tempo.answers import (
    API_VERSION,
    show_scopes,
    show_search,
    show_tag_names,
    show_trace,
    show_trace_v2,
    show_value_texts,
    show_values,
    trace_v2_bytes,
)
from traces.tempo.queries import read_search, read_tag, read_window
from traces.tempo.traceql import Field

PROTOBUF = "application/protobuf"
TEXT = "text/plain; charset=utf-8"
TENANT_PREFIX = "/api/traces/v1/{tenant}/tempo"
"""Where Kiali asks for the traces of one tenant."""
SCOPES = frozenset({"", "resource", "span", "intrinsic"})


def create_tempo_router(reads: CompatReads, *, by_id: bool = True) -> APIRouter:
    """The routes of Tempo.

    Args:
        by_id: whether /api/traces/{id} is one of them, which is Jaeger's too.
    """
    router = APIRouter(route_class=route_class(_error, TEXT), include_in_schema=False)

    @router.get("/api/echo")
    def echo() -> Response:
        return PlainTextResponse("echo")

    @router.get("/status/services")
    def services() -> Response:
        return PlainTextResponse("querier: Running\n")

    @router.get("/api/status/buildinfo")
    def build() -> Response:
        names = ("revision", "branch", "buildUser", "buildDate", "goVersion")
        return json_answer({"version": API_VERSION} | dict.fromkeys(names, ""))

    if by_id:

        @router.get("/api/traces/{trace_id}")
        def trace(trace_id: str, request: Request) -> Response:
            data = to_otlp([_trace(trace_id, request)])
            if PROTOBUF in request.headers.get("accept", ""):
                return Response(data.SerializeToString(), media_type=PROTOBUF)
            return json_answer(show_trace(data))

    @router.get("/api/v2/traces/{trace_id}")
    def trace_v2(trace_id: str, request: Request) -> Response:
        data = to_otlp([_trace(trace_id, request)])
        if PROTOBUF in request.headers.get("accept", ""):
            return Response(trace_v2_bytes(data), media_type=PROTOBUF)
        return json_answer(show_trace_v2(data))

    @router.get("/api/search")
    def search(request: Request) -> Response:
        query, fields = read_search(pairs_of(request), now_ns=reads.now_ns(), tenant=_tenant(request))
        return json_answer(show_search(reads.search(query), fields))

    @router.get("/api/search/tags")
    def tag_names(request: Request) -> Response:
        return json_answer(show_tag_names(*_keys(request)))

    @router.get("/api/v2/search/tags")
    def tag_scopes(request: Request) -> Response:
        return json_answer(show_scopes(*_keys(request)))

    @router.get("/api/search/tag/{tag:path}/values")
    def tag_values(tag: str, request: Request) -> Response:
        return json_answer(show_value_texts(_values(read_tag(tag), request)))

    @router.get("/api/v2/search/tag/{tag:path}/values")
    def typed_tag_values(tag: str, request: Request) -> Response:
        field = read_tag(tag)
        return json_answer(show_values(_values(field, request), field))

    def _trace(trace_id: str, request: Request) -> Trace:
        found = reads.traces([read_trace_id(trace_id)], _tenant(request))
        if not found:
            raise NotFound("trace not found")
        return found[0]

    def _keys(request: Request) -> tuple[list[AttributeKey], str]:
        given = Parameters(pairs_of(request))
        scope = given.text("scope")
        if scope not in SCOPES:
            raise QueryFault("invalid scope: expected resource, span or intrinsic")
        start_ns, end_ns = read_window(given, now_ns=reads.now_ns())
        return reads.attribute_keys(start_ns, end_ns, _tenant(request)), scope

    def _values(field: Field, request: Request) -> list[AttributeValue]:
        start_ns, end_ns = read_window(Parameters(pairs_of(request)), now_ns=reads.now_ns())
        return reads.attribute_values(field.scope, field.key, start_ns, end_ns, _tenant(request))

    return router


def _tenant(request: Request) -> str:
    return str(request.path_params.get("tenant", ""))


def _error(_status: int, message: str) -> str:
    return message
