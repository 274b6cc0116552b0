"""The API on the real engine, asked over HTTP in process."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from dashboard.api.router import Reads as AskedReads
from dashboard.api.router import create_router
from dashboard.reads import Reads
from meshhub.clock import SystemClock
from meshhub.web.problems import handle_errors
from storage.client import Store

Ask = Callable[..., httpx.Response]


def application(reads: AskedReads) -> FastAPI:
    app = FastAPI()
    handle_errors(app)
    app.include_router(create_router(reads, SystemClock()))
    return app


def ask(app: FastAPI, path: str, parameters: Mapping[str, Any] | None = None) -> httpx.Response:
    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
            return await client.get(path, params=parameters)

    return asyncio.run(get())


@pytest.fixture(scope="session")
def get(embedded_store: Store) -> Ask:
    """GET a path of the API of a hub on the shared store."""
    app = application(Reads(embedded_store, SystemClock()))
    return lambda path, parameters=None: ask(app, path, parameters)


@pytest.fixture
def get_from() -> Callable[[AskedReads, str], httpx.Response]:
    """GET a path of the API of a hub with these answers."""
    return lambda reads, path: ask(application(reads), path)
