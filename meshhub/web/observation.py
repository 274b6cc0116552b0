"""Measures and traces every request by its route, never by its path: the number of series stays bounded."""

import time

from opentelemetry.metrics import Meter
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meshhub.telemetry import names

UNMATCHED = "unmatched"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD = "_OTHER"
SERVER_ERROR = 500


class Observation:
    """Records duration, number under way and a span of each HTTP request."""

    def __init__(self, app: ASGIApp, meter: Meter, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer
        self._duration = meter.create_histogram(
            names.HTTP_DURATION, "s", "Time to answer requests of pages and API, by route."
        )
        self._active = meter.create_up_down_counter(names.HTTP_ACTIVE, "{request}", "Requests under way.")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else OTHER_METHOD
        status = SERVER_ERROR

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        start = time.perf_counter()
        self._active.add(1, {names.METHOD: method})
        with self._tracer.start_as_current_span(method, kind=SpanKind.SERVER) as span:
            try:
                await self._app(scope, receive, send_noting_status)
            finally:
                attributes = {names.METHOD: method, names.ROUTE: route_of(scope), names.STATUS: status}
                self._active.add(-1, {names.METHOD: method})
                self._duration.record(time.perf_counter() - start, attributes)
                span.update_name(f"{method} {attributes[names.ROUTE]}")
                span.set_attributes(attributes)
                if status >= SERVER_ERROR:
                    span.set_status(Status(StatusCode.ERROR))


def route_of(scope: Scope) -> str:
    """The template of the route that took the request, the prefix of the application mounted there, or UNMATCHED."""
    route = getattr(scope.get("route"), "path", None)
    if isinstance(route, str):
        return route
    return scope.get("root_path") or UNMATCHED
