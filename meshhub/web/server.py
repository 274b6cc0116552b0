"""Runs the web application on uvicorn, in a thread and an event loop of its own: a slow page delays no receiver."""

import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from dashboard.settings import WebSettings
from meshhub.address import joined_address, split_address
from meshhub.errors import MeshhubError

START_SECONDS = 10.0
BACKLOG = 2048


class WebServer:
    """Serves one application at the address of the settings."""

    def __init__(self, settings: WebSettings) -> None:
        self._settings = settings
        self._socket: socket.socket | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def bind(self) -> None:
        """Take the address, so that nothing else is started for nothing if somebody has it.

        Raises:
            MeshhubError: it cannot be had.
        """
        address = self._settings.address
        host, port = split_address(address)
        try:
            family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            bound = socket.socket(family, kind, protocol)
        except OSError as error:
            raise MeshhubError(f"could not listen on {address} (web.address): {error.strerror or error}") from error
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(where)
            bound.listen(BACKLOG)
        except OSError as error:
            bound.close()
            raise MeshhubError(
                f"could not listen on {address} (web.address): {error.strerror or error}. "
                "Stop what uses it, or set another web.address."
            ) from error
        self._socket = bound

    @property
    def port(self) -> int:
        """The port that was bound."""
        assert self._socket is not None  # noqa: S101 - bind() comes first
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        """The base URL, with the port that was bound."""
        host, _ = split_address(self._settings.address)
        scheme = "https" if self._settings.tls else "http"
        return f"{scheme}://{joined_address(host, self.port)}"

    def start(self, app: ASGIApp, before_stop: Callable[[], None] = lambda: None) -> None:
        """Serve, and return when requests are answered.

        Args:
            app: the application.
            before_stop: called on the server's event loop before it waits for open answers to end.

        Raises:
            MeshhubError: certificates cannot be used, or the server did not start.
        """
        config = uvicorn.Config(app, **_options(self._settings))
        try:
            config.load()
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise MeshhubError(f"could not use the certificates of web.tls: {error}") from error
        self._server = _Server(config, before_stop)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="web", daemon=True)
        self._thread.start()
        if not self._server.is_up.wait(START_SECONDS) or not self._server.started:
            raise MeshhubError("could not start the web server: see the log")

    def stop(self) -> None:
        """Let open requests end for `stop_seconds`, then close. Safe to repeat."""
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(self._settings.stop_seconds + START_SECONDS)
        if self._socket:
            self._socket.close()


class _Server(uvicorn.Server):
    """Says when it is up, or will not be, and that it is about to stop."""

    def __init__(self, config: uvicorn.Config, before_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._before_stop = before_stop
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.is_up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._before_stop()
        await super().shutdown(sockets)


def _options(settings: WebSettings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "access_log": False,
        "http": "httptools",
        "log_config": None,
        "proxy_headers": False,
        "server_header": False,
        "timeout_graceful_shutdown": int(settings.stop_seconds),
        "ws": "none",
    }
    if settings.tls:
        tls = settings.tls
        options |= {"ssl_certfile": tls.cert_file, "ssl_keyfile": tls.key_file}
        if tls.client_ca_file:
            options |= {"ssl_ca_certs": str(tls.client_ca_file), "ssl_cert_reqs": ssl.CERT_REQUIRED}
    return options
