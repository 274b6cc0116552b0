"""The bodies of /api/v1/hub/checks and /api/v1/hub/backups."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.reads.backups import BackupRun
from dashboard.reads.checkup import CheckState, HubCheck

State = Literal["ok", "not measured", "warning", "critical"]


class CheckBody(TypedDict):
    """One check."""

    code: str
    title: str
    state: State
    evidence: str
    cure: Annotated[str, Field(description="What to do; empty where nothing is to be done.")]


class ChecksBody(TypedDict):
    """All checks, in their order."""

    state: Annotated[State, Field(description="The worst of all.")]
    checks: list[CheckBody]


class BackupBody(TypedDict):
    """One backup."""

    name: str
    state: Literal["running", "done", "failed"]
    place: Annotated[str, Field(description="Where it lies.")]
    started: str
    finished: str | None
    rows: Annotated[int, Field(description="Of all tables, when it was begun; 0 until it is done.")]
    bytes: int
    verified: Annotated[bool, Field(description="Whether it was read back whole.")]
    error: str


class BackupsBody(TypedDict):
    """Those since the hub started, newest first."""

    backups: list[BackupBody]


def show_checks(checks: Sequence[HubCheck]) -> ChecksBody:
    """The body."""
    order = list(CheckState)
    worst = max((check.state for check in checks), key=order.index, default=CheckState.NOT_MEASURED)
    return {
        "state": worst.value,
        "checks": [
            {
                "code": check.code,
                "title": check.title,
                "state": check.state.value,
                "evidence": check.evidence,
                "cure": check.cure,
            }
            for check in checks
        ],
    }


def show_backup(run: BackupRun) -> BackupBody:
    """The body."""
    return {
        "name": run.name,
        "state": run.state.value,
        "place": run.place,
        "started": run.started.isoformat(),
        "finished": None if run.finished is None else run.finished.isoformat(),
        "rows": run.rows,
        "bytes": run.size,
        "verified": run.verified,
        "error": run.error,
    }
