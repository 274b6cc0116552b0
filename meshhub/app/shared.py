"""What the processes of a hub share where its roles are apart: the engine for it, the logs, a thread that follows."""

import logging
import os
import socket
import threading
import uuid
from collections.abc import Callable, Sequence

from meshhub.app.processes import Processes
from meshhub.clock import Clock
from meshhub.errors import MeshhubError
from meshhub.settings import Settings
from meshhub.settings.roles import ALL_ROLES
from storage.shared.log import EngineLog, SharedEngine

FOLLOW_SECONDS = 1.0

ACCESS_LOG, WIRING_LOG, ALERTING_LOG = "access", "wiring", "alerting"
"""The logs of what a hub keeps of its own."""

logger = logging.getLogger(__name__)


class Shared:
    """The engine, for what processes share. Only made where they are apart."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Nothing is reached yet.

        Raises:
            StorageError: the setting `store` is wrong.
        """
        self.engine = SharedEngine.open(settings.store, settings.data_dir, settings.storage)
        self.processes = Processes(self.engine, clock)
        self.candidate = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        """One run of this process."""
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def log(self, name: str) -> EngineLog:
        """A log of this name."""
        return self.engine.log(name)

    def follow(self, followers: Sequence[Callable[[], None]]) -> None:
        """Have these called every second from now on."""
        self._thread = threading.Thread(target=self._run, args=(followers,), name="follow", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Follow no more."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def close(self) -> None:
        self.engine.close()

    def _run(self, followers: Sequence[Callable[[], None]]) -> None:
        while not self._stopping.is_set():
            for follower in followers:
                try:
                    follower()
                except MeshhubError as error:
                    logger.error("could not follow what the hub's processes share: %s", error)
                except Exception:
                    logger.exception("could not follow what the hub's processes share")
            self._stopping.wait(FOLLOW_SECONDS)


def are_apart(settings: Settings) -> bool:
    """Whether other processes have the other roles."""
    return not settings.is_embedded and settings.roles != ALL_ROLES
