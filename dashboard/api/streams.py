"""Answers that do not end by themselves."""

from collections.abc import Callable


class Streams:
    """Knows how to end them: a server that stops waits for its answers, and these would never be done."""

    def __init__(self) -> None:
        self._ends: list[Callable[[], None]] = []

    def add(self, end: Callable[[], None]) -> None:
        """Have this called on the server's event loop when the server stops."""
        self._ends.append(end)

    def end(self) -> None:
        """End them all. Safe to repeat."""
        for end in self._ends:
            end()
