"""The hub's own metrics for scrapers: GET /metrics."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from meshhub.telemetry.provider import Exposition

Expose = Callable[[str], Exposition]
"""Takes an Accept header. Blocks."""


def create_metrics_router(expose: Expose) -> APIRouter:
    """The route for Prometheus and its like: OpenMetrics where the scraper asks for it, else the text format."""
    router = APIRouter(tags=["health"])

    @router.get(
        "/metrics",
        summary="The hub's own metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {}, "application/openmetrics-text": {}}}},
    )
    def metrics(request: Request) -> Response:
        exposition = expose(request.headers.get("accept", ""))
        return Response(exposition.body, media_type=exposition.content_type)

    return router
