"""Serves an application over HTTP on one address."""

import asyncio
import ssl

from collector.receivers.http.connection import Connection
from collector.receivers.http.messages import Application
from collector.receivers.http.registry import Registry
from collector.settings import LimitSettings, TlsSettings
from meshhub.address import split_address
from meshhub.errors import MeshhubError

_BACKLOG = 1024


class HttpReceiver:
    """The server and its connections."""

    def __init__(
        self, what: str, address: str, tls: TlsSettings | None, limits: LimitSettings, application: Application
    ) -> None:
        """`what` names the protocol, in errors."""
        self._what = what
        self._address = address
        self._tls = tls
        self._limits = limits
        self._application = application
        self._connections = Registry()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        """Listen; `port` is the port that was bound.

        Raises:
            MeshhubError: the address cannot be bound, or the certificates cannot be used.
        """
        host, port = split_address(self._address)
        try:
            context = None if self._tls is None else _context(self._tls)
            self._server = await asyncio.get_running_loop().create_server(
                lambda: Connection(self._application, self._limits, self._connections),
                host,
                port,
                ssl=context,
                ssl_handshake_timeout=None if context is None else self._limits.header_seconds,
                backlog=_BACKLOG,
            )
        except OSError as error:  # ssl.SSLError is one
            raise MeshhubError(
                f"could not listen for {self._what} on {self._address}: {error.strerror or error}"
            ) from error
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self, grace_seconds: float) -> None:
        """Take no new connections, and give requests under way this long to be answered."""
        if self._server is None:
            return
        self._server.close()
        for connection in self._connections:
            connection.shutdown()
        await self._connections.wait_until_empty(grace_seconds)
        for connection in self._connections:
            connection.abort()


def _context(tls: TlsSettings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tls.cert_file, tls.key_file)
    if tls.client_ca_file is not None:
        context.load_verify_locations(tls.client_ca_file)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
