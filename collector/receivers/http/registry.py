"""The connections that are open."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Protocol


class Closable(Protocol):
    """A connection, to those who end it."""

    def shutdown(self) -> None:
        """End after what the client has begun to send is answered."""
        ...

    def abort(self) -> None:
        """End now."""
        ...


class Registry:
    """Knows the open connections, and when the last one has gone."""

    def __init__(self) -> None:
        self._open: set[Closable] = set()
        self._empty = asyncio.Event()

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Closable]:
        return iter(tuple(self._open))

    def add(self, connection: Closable) -> None:
        self._open.add(connection)
        self._empty.clear()

    def remove(self, connection: Closable) -> None:
        self._open.discard(connection)
        if not self._open:
            self._empty.set()

    async def wait_until_empty(self, seconds: float) -> None:
        """Wait for the last connection to end, but not longer than this."""
        if self._open:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), seconds)
