"""Backups of the hub: those that were made since it started."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from meshhub.errors import UnusableRequest


class RunState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BackupRun:
    """One backup. `rows` and `size` (bytes) are known when it is done; `verified` is whether it was read back whole."""

    name: str
    state: RunState
    place: str
    started: datetime
    finished: datetime | None = None
    rows: int = 0
    size: int = 0
    verified: bool = False
    error: str = ""

    def ended(
        self, state: RunState, at: datetime, *, rows: int = 0, size: int = 0, verified: bool = False, error: str = ""
    ) -> "BackupRun":
        return replace(self, state=state, finished=at, rows=rows, size=size, verified=verified, error=error)


class Runs(Protocol):
    """Who makes them (meshhub.app.backups). Thread-safe."""

    def start(self, name: str | None, *, verify: bool) -> BackupRun: ...

    def runs(self) -> Sequence[BackupRun]:
        """Newest first."""


class BackupReads:
    """Backups, where the hub makes any: one tenant's view of it does not."""

    def __init__(self) -> None:
        self._runs: Runs | None = None

    def connect(self, runs: Runs) -> None:
        self._runs = runs

    def start(self, name: str | None, *, verify: bool) -> BackupRun:
        """Begin one, and do not wait for it.

        Raises:
            UnusableRequest: another one is under way, or there is no place for them.
        """
        if self._runs is None:
            raise UnusableRequest("could not make a backup: it would be of all tenants")
        return self._runs.start(name, verify=verify)

    def runs(self) -> Sequence[BackupRun]:
        """Those since the hub started, newest first."""
        return [] if self._runs is None else self._runs.runs()
