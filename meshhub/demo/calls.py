"""A small HTTP/1.1 client. The shop makes hundreds of calls per second on a machine it shares with the mesh it
demonstrates, and general clients cost ten times the CPU time of the calls themselves."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import httptools

from meshhub.demo.ports import LOOPBACK


@dataclass(slots=True)
class Answer:
    """A response: header names in lower case, the body whole."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Caller:
    """Calls one loopback port. Connections are kept and used again; concurrent calls get one each."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[_Connection] = []

    async def call(
        self,
        method: str,
        authority: str,
        path: str,
        headers: Mapping[str, str],
        *,
        body: bytes = b"",
        seconds: float = 5.0,
    ) -> Answer:
        """Send a request and wait for its response.

        Args:
            authority: the Host header: whom the proxy at the port shall ask.
            seconds: the longest to wait for connection and response.

        Raises:
            TimeoutError: no response in time.
            OSError: no connection, or it broke before the response was whole.
        """
        async with asyncio.timeout(seconds):
            connection = await self._connection()
            try:
                answer = await connection.exchange(_request(method, authority, path, headers, body))
            except BaseException:
                connection.close()
                raise
        if connection.reusable:
            self._idle.append(connection)
        return answer

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    async def _connection(self) -> "_Connection":
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable:
                return connection
        _, connection = await asyncio.get_running_loop().create_connection(_Connection, LOOPBACK, self._port)
        return connection


def _request(method: str, authority: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"host: {authority}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "\r\n"]).encode("latin-1") + body


class _Connection(asyncio.Protocol):
    """One connection. The methods named on_… are what httptools calls while it parses."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer = Answer()
        self._done: asyncio.Future[Answer] | None = None
        self.reusable = False

    async def exchange(self, request: bytes) -> Answer:
        if self._transport is None:
            raise ConnectionError("could not call: the connection is closed")
        self._answer = Answer()
        self._parser = httptools.HttpResponseParser(self)
        self._done = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._done

    def close(self) -> None:
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.reusable = False
        self._transport = None
        self._fail(exc or ConnectionError("could not read the response: the connection was closed"))

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(ConnectionError(f"could not read the response: {error}"))
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._answer.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._answer.body += body

    def on_message_complete(self) -> None:
        self._answer.status = self._parser.get_status_code()
        self.reusable = self._parser.should_keep_alive()
        if self._done is not None and not self._done.done():
            self._done.set_result(self._answer)

    def _fail(self, error: Exception) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(error)
