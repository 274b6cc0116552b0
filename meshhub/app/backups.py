"""Backups of a running hub, one at a time, on a thread of their own."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from dashboard.reads.backups import BackupRun, RunState
from meshhub import __version__
from meshhub.app.state import read_state
from meshhub.clock import Clock
from meshhub.errors import MeshhubError, UnusableRequest
from storage.backups.backups import Backups, Made
from storage.backups.manifest import Manifest

KEPT = 20
"""Runs that are remembered, the newest."""

STOP_SECONDS = 5.0
"""How long the end of the hub waits for a run."""

logger = logging.getLogger(__name__)


def take(backups: Backups, data_dir: Path, name: str, now: datetime, waiting: dict[str, int]) -> Made:
    """Make one backup of the store and of the state in the data directory.

    Args:
        waiting: segments per signal that are journaled and not in the store.

    Raises:
        MeshhubError: as `Backups.create` and `read_state`.
    """
    manifest = Manifest(__version__, 0, now.isoformat(timespec="seconds"), {}, waiting)
    return backups.create(name, manifest, read_state(data_dir))


class HubBackups:
    """See dashboard.reads.backups.Runs."""

    def __init__(self, backups: Backups, data_dir: Path, clock: Clock, waiting: Callable[[], dict[str, int]]) -> None:
        self._backups = backups
        self._data_dir = data_dir
        self._clock = clock
        self._waiting = waiting
        self._lock = threading.Lock()
        self._runs: dict[str, BackupRun] = {}
        self._thread: threading.Thread | None = None

    def start(self, name: str | None, *, verify: bool) -> BackupRun:
        """Raises UnusableRequest while another one is under way, or where nobody said where backups go."""
        place = self._backups.place
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                raise UnusableRequest("could not start a backup: another one is under way. Wait until it is done.")
            now = self._clock.now()
            run = BackupRun(name or self._backups.default_name(now), RunState.RUNNING, place, now)
            self._note(run)
            self._thread = threading.Thread(target=self._run, args=(run, verify), name="backup", daemon=True)
            self._thread.start()
        return run

    def runs(self) -> list[BackupRun]:
        with self._lock:
            return list(reversed(self._runs.values()))

    def stop(self) -> None:
        """Wait a while for the one that is under way; the engine ends it with itself."""
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _run(self, run: BackupRun, verify: bool) -> None:
        try:
            made = take(self._backups, self._data_dir, run.name, run.started, self._waiting())
            if verify:
                self._backups.verify(run.name)
        except MeshhubError as error:
            self._end(run.ended(RunState.FAILED, self._clock.now(), error=str(error)))
            logger.error("a backup failed: %s", error)
        except Exception as error:
            self._end(run.ended(RunState.FAILED, self._clock.now(), error=f"{type(error).__name__}, see the hub's log"))
            logger.exception("a backup failed")
        else:
            rows = sum(made.manifest.rows.values())
            done = run.ended(RunState.DONE, self._clock.now(), rows=rows, size=made.size, verified=verify)
            self._end(done)
            logger.info("a backup is made", extra={"backup": run.name, "rows": rows, "bytes": made.size})

    def _end(self, run: BackupRun) -> None:
        with self._lock:
            self._note(run)

    def _note(self, run: BackupRun) -> None:
        self._runs[run.name] = run
        while len(self._runs) > KEPT:
            del self._runs[next(iter(self._runs))]
