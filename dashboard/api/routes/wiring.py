"""/api/v1/wiring: the configuration of the mesh, and its history."""

from datetime import UTC, datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, HTTPException, Path, Query, Response

from dashboard.api import wiring_body as bodies
from dashboard.api.parameters import INVALID, UNAVAILABLE, json_response
from dashboard.api.problems import problem_responses
from dashboard.reads.wiring import VersionDetail
from envoy_config.diff import DocumentDiff
from envoy_config.history.model import Version
from meshhub.clock import Clock

VersionId = Annotated[int, Path(ge=1, le=2**53, description="The id of a version, without its v.")]
Name = Annotated[str, Query(max_length=253)]

_MISSING = "The history does not have it."


class WiringReads(Protocol):
    """dashboard.reads.wiring.WiringReads."""

    def history(self, *, mesh: str = "", limit: int = 100, before: int | None = None) -> tuple[Version, ...]: ...

    def version(self, version: int) -> VersionDetail: ...

    def compare(self, before: int, after: int) -> tuple[DocumentDiff, ...]: ...

    def in_force(
        self, at: datetime, *, cluster: str = "", namespace: str = "", service: str = ""
    ) -> tuple[Version, ...]: ...


def add_routes(router: APIRouter, wiring: WiringReads, clock: Clock) -> None:
    """Add the routes of this family."""

    @router.get(
        "/wiring/history",
        summary="What configuration was put in force when, by whom and why",
        description="Newest first: what `meshhub wire` applied, and what the ADS server began to serve.",
        response_model=bodies.HistoryBody,
        responses=problem_responses(status_422=INVALID, status_503=UNAVAILABLE),
    )
    def read_history(
        mesh: Name = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        before: Annotated[int | None, Query(ge=1, le=2**53, description="The id of the last one seen.")] = None,
    ) -> Response:
        found = wiring.history(mesh=mesh, limit=limit, before=before)
        more = found[-1].id if len(found) == limit else None
        return json_response({"versions": [bodies.show_version(each) for each in found], "before": more})

    @router.get(
        "/wiring/history/{version}",
        summary="One version of the configuration",
        description="Its documents with their texts, secret ones without, and what it changed against the one before.",
        response_model=bodies.VersionDetailBody,
        responses=problem_responses(status_404=_MISSING, status_422=INVALID, status_503=UNAVAILABLE),
    )
    def read_version(version: VersionId) -> Response:
        return json_response(bodies.show_detail(wiring.version(version)))

    @router.get(
        "/wiring/history/{version}/diff/{other}",
        summary="What is different from one version to another",
        description="Document by document, as fields and as lines; also those that are as they were.",
        response_model=bodies.DiffBody,
        responses=problem_responses(status_404=_MISSING, status_422=INVALID, status_503=UNAVAILABLE),
    )
    def read_difference(version: VersionId, other: VersionId) -> Response:
        return json_response({"documents": bodies.show_diff(wiring.compare(version, other))})

    @router.get(
        "/wiring/in-force",
        summary="What configuration was in force at a time for a workload",
        description="The newest of each scope that may concern the workload; without one, of all.",
        response_model=bodies.InForceBody,
        responses=problem_responses(status_400="`at` is no time.", status_422=INVALID, status_503=UNAVAILABLE),
    )
    def read_in_force(
        at: Annotated[str, Query(max_length=64, description="RFC 3339, with a time zone. Now if it is empty.")] = "",
        cluster: Name = "",
        namespace: Name = "",
        service: Name = "",
    ) -> Response:
        moment = _moment(at) if at else clock.now()
        found = wiring.in_force(moment, cluster=cluster, namespace=namespace, service=service)
        return json_response({"at": moment, "versions": [bodies.show_version(each) for each in found]})


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
        if found.tzinfo is None:
            raise ValueError("has no time zone")
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise HTTPException(400, f"could not read at={text}: expected RFC 3339 with a time zone ({error})") from error
