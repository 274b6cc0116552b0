"""Puts the web application together: who answers which path, and what holds for all of them."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import anyio.to_thread
from a2wsgi import WSGIMiddleware
from fastapi import APIRouter, FastAPI
from fastapi.responses import RedirectResponse
from opentelemetry.metrics import Meter
from opentelemetry.trace import Tracer
from starlette.types import ASGIApp

from dashboard.settings import WebSettings
from meshhub.web.api_docs import DOCS_PATH, DOCS_POLICY, OPENAPI_PATH, create_docs_router
from meshhub.web.forwarded import TrustedProxies
from meshhub.web.health import Check, Prober, create_health_router
from meshhub.web.hosts import HostCheck, allowed_hosts
from meshhub.web.metrics import Expose, create_metrics_router
from meshhub.web.observation import Observation
from meshhub.web.origins import OriginCheck
from meshhub.web.problems import handle_errors
from meshhub.web.security import SecurityHeaders

UI_PATH = "/ui"

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
Guard = Callable[[ASGIApp], ASGIApp]


@dataclass(frozen=True, slots=True)
class Pages:
    """The user interface: a WSGI application that expects to be mounted at UI_PATH, and its content security policy."""

    wsgi: Callable[..., Any]
    policy: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application is made of."""

    routers: Sequence[APIRouter]
    pages: Pages | None
    checks: Sequence[Check]
    expose: Expose
    meter: Meter
    tracer: Tracer
    version: str
    roles: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Core:
    """The application without what surrounds it, and how its threads are ended."""

    app: FastAPI
    close: Callable[[], None]


def create_application(settings: WebSettings, parts: Parts, guard: Guard | None = None) -> ASGIApp:
    """The application under the root. Its threads end when the server shuts it down.

    Args:
        settings: the section `web`.
        parts: what it is made of.
        guard: what decides who may come in; without one, everybody who reaches the address.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.api_threads
        yield
        core.close()

    core = create_core(settings, parts, lifespan)
    return _surrounded(core.app if guard is None else guard(core.app), settings, parts)


def create_core(settings: WebSettings, parts: Parts, lifespan: Lifespan | None = None) -> Core:
    """The application alone: one of it serves all tenants, or each has one of its own."""
    prober = Prober(parts.checks, parts.roles)
    pages = WSGIMiddleware(parts.pages.wsgi, workers=settings.page_threads) if parts.pages else None
    app = FastAPI(
        title="meshhub",
        version=parts.version,
        description="Telemetry hub for service meshes. Errors are problem details (RFC 9457).",
        openapi_url=OPENAPI_PATH,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    handle_errors(app)
    home = f"{UI_PATH}/" if pages is not None else DOCS_PATH

    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse(home)

    app.include_router(create_health_router(prober, parts.version))
    app.include_router(create_metrics_router(parts.expose))
    app.include_router(create_docs_router(app.openapi))
    for router in parts.routers:
        app.include_router(router)
    if pages is not None:
        app.mount(UI_PATH, cast("ASGIApp", pages))  # a2wsgi has narrower types for the same protocol

    def close() -> None:
        prober.close()
        if pages is not None:
            pages.executor.shutdown(wait=False, cancel_futures=True)

    return Core(app, close)


def _surrounded(app: ASGIApp, settings: WebSettings, parts: Parts) -> ASGIApp:
    """What every request passes through, outside of the application: its answers to its own errors pass it, too."""
    policies = {DOCS_PATH: DOCS_POLICY} | ({UI_PATH: parts.pages.policy} if parts.pages else {})
    checked = HostCheck(OriginCheck(app), allowed_hosts(settings.address, settings.allowed_hosts))
    forwarded = TrustedProxies(checked, settings.trusted_proxies)
    secured = SecurityHeaders(forwarded, policies, tls=settings.tls is not None)
    return Observation(secured, parts.meter, parts.tracer)
