"""The hub's checks of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class CheckState(StrEnum):
    """What a check found. Worst last."""

    OK = "ok"
    NOT_MEASURED = "not measured"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class HubCheck:
    """One check: what was found (`evidence`), and what to do (`cure`; empty where nothing is to be done)."""

    code: str
    title: str
    state: CheckState
    evidence: str
    cure: str = ""


class Checkup(Protocol):
    """Who looks (meshhub.app.checkup). Blocks; thread-safe."""

    def run(self) -> Sequence[HubCheck]: ...


class CheckupReads:
    """The checks, in their order. One tenant's view of the hub has none."""

    def __init__(self) -> None:
        self._checkup: Checkup | None = None

    def connect(self, checkup: Checkup) -> None:
        self._checkup = checkup

    def run(self) -> Sequence[HubCheck]:
        return [] if self._checkup is None else self._checkup.run()
