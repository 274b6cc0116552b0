"""Many loopback ports behind one uvicorn server: each port has an ASGI application of its own."""

import asyncio
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from meshhub.demo.application import Service
from meshhub.demo.ports import port_of

KEEP_ALIVE_SECONDS = 3600
"""Longer than a proxy keeps an idle connection, else requests meet connections that are being closed."""


class PortRouter:
    """Serves the application of the port that a request came in at."""

    def __init__(self, applications: Mapping[int, ASGIApp]) -> None:
        self._applications = applications

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._applications[scope["server"][1]](scope, receive, send)


class ServiceEndpoint:
    """A shop service as an ASGI application."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body", False):
            pass
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        reply = await self._service.answer(scope["method"], scope["path"], headers)
        body = reply.body(headers)
        fields = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": reply.status, "headers": fields})
        await send({"type": "http.response.body", "body": body})


class LoopbackServer:
    """A uvicorn server on sockets that listen already; it leaves signals alone."""

    def __init__(
        self, applications: Mapping[socket.socket, ASGIApp], *, certificate: Path | None = None, key: Path | None = None
    ) -> None:
        """With a certificate chain and its key (PEM files) it serves TLS."""
        self._sockets = list(applications)
        router = PortRouter({port_of(listener): application for listener, application in applications.items()})
        self._server = _QuietServer(
            uvicorn.Config(
                router,
                interface="asgi3",
                http="httptools",
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                date_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=2,
                ssl_certfile=certificate,
                ssl_keyfile=key,
            )
        )
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to serve; clients may connect already, their requests wait."""
        self._task = asyncio.create_task(self._server.serve(self._sockets))

    async def stop(self) -> None:
        """Finish the requests that run, for two seconds at most, and close the sockets."""
        if self._task is None:
            return
        self._server.should_exit = True
        with suppress(asyncio.CancelledError):
            await self._task


class _QuietServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
