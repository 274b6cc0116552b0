"""The requests of one connection that are not answered yet: worked on one at a time, answered in their order."""

import asyncio
from collections import deque
from collections.abc import Callable

from collector.receivers.http.messages import Exchange, Response


class Request:
    """A request on its way: received by an exchange, until there is a response.

    Attributes:
        has_head: whether its head has come in whole; from then on it has its place in the pipeline.
        exchange: what receives the body; None once there is a response.
        complete: whether all of it has come in.
        keep_alive: whether the connection outlives the answer.
        received: bytes of its body.
    """

    __slots__ = ("complete", "exchange", "has_head", "keep_alive", "received", "response")

    def __init__(self) -> None:
        self.has_head = False
        self.exchange: Exchange | None = None
        self.response: Response | None = None
        self.complete = False
        self.keep_alive = True
        self.received = 0

    def settle(self, response: Response | None) -> None:
        """Let go of the exchange; None if nobody waits for a response any more."""
        if self.exchange is not None:
            self.exchange.discard()
            self.exchange = None
        self.response = response


class Pipeline:
    """Runs the exchanges and hands each request with its response to `answer`."""

    def __init__(self, answer: Callable[[Request, Response], None]) -> None:
        self._answer = answer
        self._queue: deque[Request] = deque()
        self._task: asyncio.Task[Response] | None = None
        self.is_blocked = False

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def is_busy(self) -> bool:
        """Whether an exchange is being answered."""
        return self._task is not None

    def add(self, request: Request) -> None:
        self._queue.append(request)

    def advance(self) -> None:
        """Go on as far as is possible. To be called whenever a request has changed."""
        while self._queue and self._task is None and not self.is_blocked:
            request = self._queue[0]
            if request.response is not None:
                self._queue.popleft()
                self._answer(request, request.response)
            elif request.complete and request.exchange is not None:
                self._task = asyncio.get_running_loop().create_task(request.exchange.finish())
                self._task.add_done_callback(self._finish)
            else:
                return

    def abandon(self) -> None:
        """Let go of all requests but the one being answered: what it holds is about to be durable."""
        while len(self._queue) > (self._task is not None):
            self._queue.pop().settle(None)

    def _finish(self, task: "asyncio.Task[Response]") -> None:
        self._task = None
        self._queue[0].settle(task.result())
        self.advance()
