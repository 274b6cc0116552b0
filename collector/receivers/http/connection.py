"""One HTTP/1.1 connection: parsing by httptools, bounds on sizes and times.

Why not an ASGI server: uvicorn bounds neither the time nor the size of a head, and reads on after an answer was given
early. It costs the same (20 to 30 µs a request), so nothing but the bounds decides.
"""

import asyncio
import logging
import time
from http import HTTPStatus
from typing import cast

import httptools

from collector.receivers.http.deadline import Deadline
from collector.receivers.http.framing import Framing
from collector.receivers.http.messages import Application, Head, Response
from collector.receivers.http.pipeline import Pipeline, Request
from collector.receivers.http.registry import Registry
from collector.settings import LimitSettings

DRAIN_BYTES = 1024 * 1024
"""What is read and thrown away of a request that was answered before it was whole, so as to keep its connection."""

LINGER_SECONDS = 2.0
"""How long a client may go on sending after the last answer: closing at once could take the answer from it."""

_NO_UPGRADE = "could not serve the request: no other protocol is spoken here"

logger = logging.getLogger(__name__)


class Connection(asyncio.Protocol):
    """Implements asyncio's callbacks, and the parser's (those named on_*)."""

    def __init__(self, application: Application, limits: LimitSettings, connections: Registry) -> None:
        self._application = application
        self._limits = limits
        self._connections = connections
        self._parser = httptools.HttpRequestParser(self)
        self._pipeline = Pipeline(self._answer)
        self._transport: asyncio.Transport
        self._arrival = Deadline()
        self._reading = Deadline()
        self._framing = Framing(int(limits.header_bytes))
        self._chunk_bytes = 0
        self._receiving: Request | None = None
        self._old_at = asyncio.get_running_loop().time() + limits.connection_age_seconds
        self._is_deaf = False
        self._is_last = False
        self._is_paused = False
        self._url = b""
        self._headers: dict[str, str] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if len(self._connections) >= self._limits.connections:
            self._is_deaf = True
            self._transport.abort()
            return
        self._connections.add(self)
        self._arrival.set(self._limits.header_seconds, self._transport.close)

    def connection_lost(self, _error: Exception | None) -> None:
        self._connections.remove(self)
        self._is_deaf = True
        self._arrival.clear()
        self._reading.clear()
        self._pipeline.abandon()

    def data_received(self, data: bytes) -> None:
        if self._is_deaf:
            return
        self._chunk_bytes = len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(HTTPStatus.BAD_REQUEST, _NO_UPGRADE)
        except httptools.HttpParserCallbackError:
            logger.exception("could not receive a request")
            self._fail(HTTPStatus.INTERNAL_SERVER_ERROR, "could not receive the request: an error of the hub")
        except httptools.HttpParserError as error:
            self._fail(HTTPStatus.BAD_REQUEST, f"could not read the request: it is not HTTP/1.1 ({error})")
        else:
            self._bound_framing()

    def eof_received(self) -> bool:
        """A client that has closed its side still gets the answer that it waits for (not with TLS)."""
        self._is_last = True
        return self._pipeline.is_busy and self._transport.get_extra_info("sslcontext") is None

    def pause_writing(self) -> None:
        self._pipeline.is_blocked = True
        self._reading.set(self._limits.body_seconds, self._transport.abort)

    def resume_writing(self) -> None:
        self._pipeline.is_blocked = False
        self._reading.clear()
        self._pipeline.advance()

    def shutdown(self) -> None:
        """End the connection once what the client has begun to send is answered."""
        self._is_last = True
        if not self._pipeline and self._receiving is None:
            self._transport.close()

    def abort(self) -> None:
        """End the connection now."""
        self._transport.abort()

    def on_message_begin(self) -> None:
        self._receiving = Request()
        self._url = b""
        self._headers = {}
        self._framing.begin(self._chunk_bytes)
        self._arrival.set(self._limits.header_seconds, self._time_out)

    def on_url(self, url: bytes) -> None:
        self._url += url
        self._framing.head_part(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._framing.head_part(len(name) + len(value))
        self._headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        request = self._receiving
        if request is None or self._is_deaf:
            return
        request.has_head = True
        request.keep_alive = self._parser.should_keep_alive()
        self._pipeline.add(request)
        self._arrival.set(self._limits.body_seconds, self._time_out)
        if self._framing.is_head_over:
            self._refuse_head()
            return
        if self._parser.should_upgrade():
            self._fail(HTTPStatus.BAD_REQUEST, _NO_UPGRADE)
            return
        head = Head(self._parser.get_method().decode("latin-1"), _path(self._url), self._headers)
        begun = self._application.begin(head)
        if isinstance(begun, Response):
            request.keep_alive = request.keep_alive and head.content_length <= DRAIN_BYTES
            request.settle(begun)
            self._pipeline.advance()
            return
        request.exchange = begun
        if head.get("expect").lower() == "100-continue" and len(self._pipeline) == 1:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, data: bytes) -> None:
        request = self._receiving
        if request is None or self._is_deaf:
            return
        request.received += len(data)
        if request.exchange is not None:
            response = request.exchange.receive(data)
            if response is not None:
                request.settle(response)
                self._pipeline.advance()
        elif request.received > DRAIN_BYTES:
            self._transport.abort()

    def on_message_complete(self) -> None:
        request, self._receiving = self._receiving, None
        if request is None or self._is_deaf:
            return
        request.complete = True
        self._rest()
        self._pipeline.advance()
        if len(self._pipeline) > 1:
            self._is_paused = True
            self._transport.pause_reading()

    def _answer(self, request: Request, response: Response) -> None:
        if self._transport.is_closing():
            return
        is_old = asyncio.get_running_loop().time() >= self._old_at
        is_last = self._is_last or is_old or not request.keep_alive
        self._transport.write(response.encode(now=time.time(), close=is_last))
        if is_last:
            self._end(request)
        elif len(self._pipeline) <= 1:
            self._is_paused = False
            self._transport.resume_reading()
            self._rest()

    def _end(self, request: Request) -> None:
        self._is_deaf = True
        if request.complete:
            self._transport.close()
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._arrival.set(LINGER_SECONDS, self._transport.abort)

    def _fail(self, status: HTTPStatus, message: str) -> None:
        """Answer what cannot be read any further; the connection ends with that."""
        if self._is_deaf:
            return
        request = self._receiving or Request()
        if request.response is not None:  # it was answered before it was whole
            self._transport.abort()
            return
        request.keep_alive = False
        request.settle(self._application.fail(status, message))
        if not request.has_head:
            self._pipeline.add(request)
        self._pipeline.advance()
        self._is_deaf = True

    def _refuse_head(self) -> None:
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        self._fail(status, f"could not read the request: its head is over {int(self._limits.header_bytes)} bytes")

    def _bound_framing(self) -> None:
        request = self._receiving
        self._framing.receive(self._chunk_bytes)
        if request is None or self._is_deaf:
            return
        if request.has_head:
            if self._framing.is_excessive(request.received):
                self._fail(HTTPStatus.BAD_REQUEST, "could not read the request: too much stands around its body")
        elif self._framing.is_unfinished_head_over:
            self._refuse_head()

    def _time_out(self) -> None:
        if self._is_paused:  # it is the hub that lets the client wait
            self._arrival.set(self._limits.body_seconds, self._time_out)
            return
        self._fail(HTTPStatus.REQUEST_TIMEOUT, "could not read the request: it took too long to arrive")

    def _rest(self) -> None:
        """Between requests a connection may be idle for long; while one is worked on, the client may wait."""
        if self._receiving is not None:
            return
        if self._pipeline:
            self._arrival.clear()
        else:
            self._arrival.set(self._limits.idle_seconds, self._transport.close)


def _path(url: bytes) -> str:
    """The path of a request target in origin or absolute form (RFC 9112, 3.2)."""
    target = url.split(b"?", 1)[0]
    if not target.startswith(b"/"):
        target = b"/" + target.partition(b"//")[2].partition(b"/")[2]
    return target.decode("latin-1")
