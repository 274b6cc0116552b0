"""/api/v1/hub/checks, /api/v1/hub/backups: is the hub sound, and is it kept safe."""

from collections.abc import Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from dashboard.api import hub_care_body as bodies
from dashboard.api.parameters import INVALID, UNAVAILABLE, json_response
from dashboard.api.problems import problem_responses
from dashboard.reads.backups import BackupRun
from dashboard.reads.checkup import HubCheck

ACCEPTED = 202


class CheckupReads(Protocol):
    """dashboard.reads.checkup.CheckupReads."""

    def run(self) -> Sequence[HubCheck]: ...


class BackupReads(Protocol):
    """dashboard.reads.backups.BackupReads."""

    def start(self, name: str | None, *, verify: bool) -> BackupRun: ...

    def runs(self) -> Sequence[BackupRun]: ...


class WantedBackup(BaseModel):
    """A backup to be made."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str | None, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$", description="Empty: one with the time in it.")
    ] = None
    verify: Annotated[bool, Field(description="Read it back whole when it is made.")] = False


def add_routes(router: APIRouter, checkup: CheckupReads, backups: BackupReads) -> None:
    """Add the routes of this family."""

    @router.get(
        "/hub/checks",
        summary="Whether the hub itself is sound",
        description="Journal, disks, engine, schema, clock, certificates, receivers, retention, limits; each with what "
        "to do. What takes long is asked with a bound: `not measured` is no `ok`.",
        response_model=bodies.ChecksBody,
        responses=problem_responses(status_503=UNAVAILABLE),
    )
    def read_checks() -> Response:
        return json_response(bodies.show_checks(checkup.run()))

    @router.get(
        "/hub/backups",
        summary="Backups that were made since the hub started",
        description="Newest first.",
        response_model=bodies.BackupsBody,
        responses=problem_responses(status_503=UNAVAILABLE),
    )
    def read_backups() -> Response:
        return json_response({"backups": [bodies.show_backup(run) for run in backups.runs()]})

    @router.post(
        "/hub/backups",
        summary="Begin a backup",
        description="Of the store and of the hub's own state, to the place of `storage.backups`. It is not waited for: "
        "GET shows how it went. Takes an administrator.",
        status_code=ACCEPTED,
        response_model=bodies.BackupBody,
        responses=problem_responses(
            status_400="Another one is under way, or nobody said where backups go.",
            status_422=INVALID,
            status_503=UNAVAILABLE,
        ),
    )
    def start_backup(wanted: WantedBackup) -> Response:
        answer = json_response(bodies.show_backup(backups.start(wanted.name, verify=wanted.verify)))
        answer.status_code = ACCEPTED
        return answer
