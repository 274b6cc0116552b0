"""Searches that run while the browser asks again and again how far they are."""

import secrets
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

from traces.search import SearchPage

MAX_SEARCHES = 16
FIRST_WAIT_SECONDS = 0.3
"""How long the start of a search waits for its end: short ones need no second question."""


@dataclass(slots=True)
class _Search:
    page: SearchPage | None = None
    error: Exception | None = None
    cancelled: Event = field(default_factory=Event)
    ended: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is. `page` is what it has found so far; None before its first. `error` ended it."""

    page: SearchPage | None
    error: Exception | None
    ended: bool


class Searches:
    """Runs searches, each in a thread of its own. The oldest gives way to a new one. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: OrderedDict[str, _Search] = OrderedDict()

    def start(self, pages: Iterator[SearchPage]) -> str:
        """Begin to draw the pages of a search, and wait a moment for its end; its name."""
        name, search = secrets.token_hex(8), _Search()
        with self._lock:
            self._running[name] = search
            while len(self._running) > MAX_SEARCHES:
                self._running.popitem(last=False)[1].cancelled.set()
        Thread(target=_run, args=(search, pages), name=f"search-{name}", daemon=True).start()
        search.ended.wait(FIRST_WAIT_SECONDS)
        return name

    def progress(self, name: str) -> Progress | None:
        """How far it is; None if it is not known any more."""
        with self._lock:
            search = self._running.get(name)
            if search is None:
                return None
            ended = search.ended.is_set()
            return Progress(search.page, search.error, ended)

    def cancel(self, name: str) -> None:
        """Have it stop before its next page."""
        with self._lock:
            search = self._running.get(name)
        if search is not None:
            search.cancelled.set()


def _run(search: _Search, pages: Iterator[SearchPage]) -> None:
    try:
        for page in pages:
            search.page = page
            if search.cancelled.is_set():
                break
    except Exception as error:  # noqa: BLE001 - told to whoever asks how far it is
        search.error = error
    finally:
        search.ended.set()
