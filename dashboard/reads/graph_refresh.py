"""Makes the graphs of live windows anew before they are old, so that nobody who looks at them waits."""

import logging
import threading
from collections.abc import Callable

from meshhub.errors import StorageError

LOOK_SECONDS = 0.5

logger = logging.getLogger(__name__)


class GraphRefresh:
    """A thread that asks every half second for what is due."""

    def __init__(self, refresh: Callable[[], None]) -> None:
        self._refresh = refresh
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin. To be called once."""
        self._thread = threading.Thread(target=self._run, name="graph-refresh", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, after what is being made. Safe to repeat, and without a start."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            try:
                self._refresh()
            except StorageError as error:
                logger.debug("could not make a graph anew: %s", error)
