"""Server-sent events of the live graph (https://html.spec.whatwg.org/multipage/server-sent-events.html).

One watcher looks at the graph for all clients, in a thread; a client costs a queue of one. Nothing here waits in the
pool of threads that answers requests.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from pydantic_core import to_json

from dashboard.api.events_body import Change, Glance, changes_between
from meshhub.errors import MeshhubError

MAX_CLIENTS = 64
LOOK_SECONDS = 5.0
HEARTBEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 5_000

logger = logging.getLogger(__name__)

Look = Callable[[], Glance]
"""Looks at the live graph; blocks."""


class TooManyClients(Exception):
    """There are MAX_CLIENTS already."""


@dataclass(eq=False, slots=True)
class _Client:
    waiting: "asyncio.Queue[Change | None]" = field(default_factory=lambda: asyncio.Queue(maxsize=1))

    def tell(self, change: Change | None) -> None:
        """Hand on what changed; what the client has not taken yet is added to it."""
        if self.waiting.full():
            before = self.waiting.get_nowait()
            change = change if change is None or before is None else before.then(change)
        self.waiting.put_nowait(change)


class GraphEvents:
    """Tells clients of one event loop what changes in the live graph, for as long as there are any."""

    def __init__(
        self, look: Look, *, look_seconds: float = LOOK_SECONDS, heartbeat_seconds: float = HEARTBEAT_SECONDS
    ) -> None:
        self._look = look
        self._look_seconds = look_seconds
        self._heartbeat_seconds = heartbeat_seconds
        self._clients: set[_Client] = set()
        self._watch: asyncio.Task[None] | None = None

    @property
    def clients(self) -> int:
        """How many listen."""
        return len(self._clients)

    def listen(self) -> AsyncIterator[bytes]:
        """The stream for one more client: first how things stand, then changes; comments as heartbeats in between.

        Raises:
            TooManyClients: as many as there may be listen.
        """
        if len(self._clients) >= MAX_CLIENTS:
            raise TooManyClients
        return self._stream()

    def stop(self) -> None:
        """End all streams and the watch."""
        for client in self._clients:
            client.tell(None)
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def _stream(self) -> AsyncIterator[bytes]:
        """Whoever never reads is no client: it counts from the first piece on."""
        if len(self._clients) >= MAX_CLIENTS:
            return
        client = _Client()
        self._clients.add(client)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._keep_looking())
        try:
            yield b"retry: %d\n\n" % RETRY_MILLISECONDS
            while True:
                try:
                    change = await asyncio.wait_for(client.waiting.get(), self._heartbeat_seconds)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if change is None:
                    return
                yield b"event: graph\ndata: " + to_json(change.body()) + b"\n\n"
        finally:
            self._clients.discard(client)

    async def _keep_looking(self) -> None:
        """Look, compare, tell; ends when nobody listens. An engine that does not answer is asked again."""
        last: Glance | None = None
        told: set[_Client] = set()
        while self._clients:
            try:
                glance = await asyncio.to_thread(self._look)
            except MeshhubError as error:
                logger.info("could not look at the live graph: %s", error)
            else:
                change = None if last is None else changes_between(last, glance)
                for client in self._clients:
                    if client not in told:
                        client.tell(changes_between(None, glance))
                    elif change is not None:
                        client.tell(change)
                told = set(self._clients)
                last = glance
            await asyncio.sleep(self._look_seconds)
