"""Server-sent events of new access logs (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

import asyncio
from collections.abc import AsyncIterator, Callable

from pydantic_core import to_json

from dashboard.api.log_view import show_line
from dashboard.reads.log_answers import Tail
from meshhub.errors import MeshhubError

MAX_CLIENTS = 16
LOOK_SECONDS = 1.0
HEARTBEAT_LOOKS = 15

Look = Callable[[str | None], Tail]
"""What came since a cursor; blocks."""


class LogTails:
    """Follows access logs for clients of one event loop."""

    def __init__(self, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._look_seconds = look_seconds
        self._stopped = asyncio.Event()
        self.clients = 0

    @property
    def full(self) -> bool:
        """Whether as many follow as may."""
        return self.clients >= MAX_CLIENTS

    def stop(self) -> None:
        """End all streams."""
        self._stopped.set()

    async def follow(self, look: Look, first: Tail) -> AsyncIterator[bytes]:
        """An event `rows` whenever there are new ones, beginning with `first`; comments as heartbeats in between."""
        self.clients += 1
        try:
            tail, quiet = first, 0
            while not self._stopped.is_set():
                if tail.rows:
                    quiet = 0
                    yield _event("rows", {"rows": [show_line(row) for row in tail.rows], "skipped": tail.skipped})
                else:
                    quiet += 1
                    if quiet % HEARTBEAT_LOOKS == 1:
                        yield b": still here\n\n"
                await self._pause()
                try:
                    tail = await asyncio.to_thread(look, tail.cursor)
                except MeshhubError as error:
                    tail = Tail((), tail.cursor, 0)
                    yield _event("problem", {"detail": str(error)})
        finally:
            self.clients -= 1

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stopped.wait(), self._look_seconds)
        except TimeoutError:
            return


def _event(name: str, body: object) -> bytes:
    return f"event: {name}\ndata: ".encode() + to_json(body) + b"\n\n"
