"""The shop's TCP dependency: a key-value store with a protocol of one line.

`GET <key>` is answered with `VALUE <text>`, or the connection is closed without an answer when the store fails.
"""

import asyncio
import socket
from collections.abc import Callable

from meshhub.demo.ports import LOOPBACK

MAX_LINE_BYTES = 1024


class SessionStore:
    """Serves the protocol on a listening socket.

    Args:
        delay: draws how long the next answer takes, in seconds.
        fails: draws whether it fails instead.
    """

    def __init__(self, delay: Callable[[], float], fails: Callable[[], bool]) -> None:
        self._delay = delay
        self._fails = fails
        self._server: asyncio.Server | None = None

    async def start(self, listener: socket.socket) -> None:
        self._server = await asyncio.start_server(self._serve, sock=listener, limit=MAX_LINE_BYTES)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                await asyncio.sleep(self._delay())
                if self._fails() or not line.startswith(b"GET "):
                    break
                writer.write(b"VALUE cart-of-" + line[4:])
                await writer.drain()
        except (OSError, ValueError):
            pass  # the client broke the connection or the protocol: there is nobody to tell
        finally:
            writer.close()


async def read_session(port: int, key: str, *, seconds: float = 5.0) -> str:
    """Ask the store at a loopback port for one session, on a connection of its own.

    Raises:
        TimeoutError: no answer in time.
        OSError: no connection, or it was closed without an answer.
    """
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        try:
            writer.write(f"GET {key}\n".encode())
            line = await reader.readline()
        finally:
            writer.close()
    if not line.startswith(b"VALUE "):
        raise ConnectionError("could not read the session: the store closed the connection")
    return line[6:].decode().strip()
