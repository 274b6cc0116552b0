"""The API's documentation: GET /api/openapi.json, and a page made of it at /api/docs that loads nothing from elsewhere.

FastAPI's own pages load their scripts from a content delivery network.
"""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from meshhub.web.api_page import api_page

OPENAPI_PATH = "/api/openapi.json"
DOCS_PATH = "/api/docs"
STYLE_PATH = f"{DOCS_PATH}/style.css"
DOCS_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def create_docs_router(openapi: Callable[[], dict[str, Any]]) -> APIRouter:
    """The documentation's routes; `openapi` gives the OpenAPI document."""
    router = APIRouter(include_in_schema=False)
    style = files("meshhub.web").joinpath("assets", "api_docs.css").read_text(encoding="utf-8")

    @router.get(DOCS_PATH)
    async def docs() -> HTMLResponse:
        return HTMLResponse(api_page(openapi(), style_url=STYLE_PATH, openapi_url=OPENAPI_PATH))

    @router.get(STYLE_PATH)
    async def stylesheet() -> Response:
        return Response(style, media_type="text/css")

    return router
