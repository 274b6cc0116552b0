"""Looks after the engine: brings the schema in place as soon as it can be, and knows whether the engine answers."""

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from meshhub.errors import MeshhubError, StorageError
from meshhub.model import Signal
from meshhub.telemetry import names

WATCH_SECONDS = 5.0
STOP_SECONDS = 5.0
GRACE_SECONDS = 5.0
"""How long a segment waits for the schema before that is a failure: it is on its way when the hub starts."""

STARTING = "the hub is starting"

logger = logging.getLogger(__name__)


class Engine(Protocol):
    """What is looked after (storage.client.Store)."""

    def insert_segment(self, signal: Signal, path: Path, token: str) -> None: ...

    def ping(self) -> None: ...


class EngineWatch:
    """Watches one engine on a thread of its own. Stands before it as the loader's sink until its schema is in place."""

    def __init__(self, engine: Engine, migrate: Callable[[], list[str]], meter: Meter) -> None:
        """`migrate` brings the schema in place and returns what it did."""
        self._engine = engine
        self._migrate = migrate
        self._has_schema = threading.Event()
        self._trouble = STARTING
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="engine-watch", daemon=True)
        meter.create_observable_gauge(
            names.STORE_UP, [self._observe], "1", "1 while the engine answers and its schema is in place, else 0."
        )

    def start(self, *, must_answer: bool) -> None:
        """Bring the schema in place and watch from then on.

        Args:
            must_answer: an engine that does not answer is an error; otherwise the hub waits for it.

        Raises:
            StorageError: the engine does not answer though it must, or will never do (its version, a newer schema).
        """
        try:
            self._ask()
        except StorageError as error:
            if must_answer or not error.retryable:
                raise
            self._note(str(error))
        self._thread.start()

    def stop(self) -> None:
        """End the watch. Safe to repeat, and before the start."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def check(self) -> None:
        """Ask the engine now.

        Raises:
            MeshhubError: it does not answer, or its schema is not in place; with the reason.
        """
        if not self._has_schema.is_set():
            raise MeshhubError(f"the schema is not in place: {self._trouble}")
        self._engine.ping()

    def insert_segment(self, signal: Signal, path: Path, token: str) -> None:
        """Hand a segment on (collector.loader.SegmentSink).

        Raises:
            StorageError: as the engine's, and retryable as long as the schema is not in place.
        """
        if not self._has_schema.wait(GRACE_SECONDS):
            raise StorageError(f"could not load: the schema is not in place: {self._trouble}", retryable=True)
        self._engine.insert_segment(signal, path, token)

    def _watch(self) -> None:
        while not self._stopping.wait(WATCH_SECONDS):
            try:
                self._ask()
            except StorageError as error:
                self._note(str(error))
            except Exception:
                logger.exception("could not ask the engine")
                self._note("an error of the hub, see its log")

    def _ask(self) -> None:
        if self._has_schema.is_set():
            self._engine.ping()
        else:
            done = self._migrate()
            self._has_schema.set()
            logger.info("the schema is in place", extra={"migrations_applied": len(done)})
        self._note("")

    def _note(self, trouble: str) -> None:
        """Remember, and log what changed."""
        if trouble and trouble != self._trouble:
            logger.warning("the engine is not usable; telemetry is kept in the journal meanwhile: %s", trouble)
        elif self._trouble not in ("", STARTING) and not trouble:
            logger.info("the engine answers again")
        self._trouble = trouble

    def _observe(self, _options: CallbackOptions) -> Iterable[Observation]:
        return [Observation(0 if self._trouble else 1)]
