"""/api/v1/wiring: the configuration of the mesh, and its history."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, HTTPException, Path, Query, Response

from dashboard.api import wiring_body as bodies
from dashboard.api.parameters import INVALID, UNAVAILABLE, json_response
from dashboard.api.problems import problem_responses
from dashboard.reads.wiring import VersionDetail
from dashboard.reads.wiring_bundles import Application, Checked, LiveDiff, MeshBundle
from envoy_config.apply.deployment import By
from envoy_config.apply.model import Interrupted, Refused
from envoy_config.diff import DocumentDiff
from envoy_config.history.model import Version
from envoy_config.live.cluster import ClusterAway
from meshhub.clock import Clock
from meshhub.errors import ConfigurationError
from meshhub.principal import named

VersionId = Annotated[int, Path(ge=1, le=2**53, description="The id of a version, without its v.")]
Name = Annotated[str, Query(max_length=253)]

MeshName = Annotated[str, Path(min_length=1, max_length=253, description="Its name in the mesh file.")]

_MISSING = "The history does not have it."
_NO_MESH = "The mesh file does not have it, or there is none."
_WRONG_FILE = "The mesh file is wrong; `detail` has every fault with its line."
_NOT_LIVE = "The hub was not told that it may (wiring.live, wiring.apply)."
_AWAY = "The cluster does not answer; try again later."
_REFUSED = "Some documents cannot be applied; `detail` says why of each. Unless it says otherwise nothing was written."


class Bundles(Protocol):
    """dashboard.reads.wiring_bundles.Bundles."""

    def bundles(self) -> tuple[MeshBundle, ...]: ...

    def bundle(self, mesh: str) -> MeshBundle: ...

    def live_diff(self, mesh: str) -> LiveDiff: ...

    def check_live(self) -> Checked: ...

    def check_text(self, text: str) -> Checked: ...

    def apply(self, mesh: str, by: By, *, dry_run: bool, force: bool) -> Application: ...

    def roll_back(self, version: int, by: By, *, dry_run: bool, force: bool) -> Application: ...


class WiringReads(Protocol):
    """dashboard.reads.wiring.WiringReads."""

    @property
    def bundles(self) -> Bundles: ...

    def history(self, *, mesh: str = "", limit: int = 100, before: int | None = None) -> tuple[Version, ...]: ...

    def version(self, version: int) -> VersionDetail: ...

    def compare(self, before: int, after: int) -> tuple[DocumentDiff, ...]: ...

    def in_force(
        self, at: datetime, *, cluster: str = "", namespace: str = "", service: str = ""
    ) -> tuple[Version, ...]: ...


def add_routes(router: APIRouter, wiring: WiringReads, clock: Clock) -> None:
    """Add the routes of this family."""
    _add_history(router, wiring, clock)
    _add_bundles(router, wiring)
    _add_checks(router, wiring)
    _add_deeds(router, wiring)


def _add_history(router: APIRouter, wiring: WiringReads, clock: Clock) -> None:
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


def _add_bundles(router: APIRouter, wiring: WiringReads) -> None:
    @router.get(
        "/wiring/bundles",
        summary="What every mesh of the mesh file needs",
        description="The documents that wire it, with secrets as stars; what arrives because of them; what rules "
        "find in them; and what is different from what was applied last. Empty where the hub has no mesh file.",
        response_model=bodies.BundlesBody,
        responses=problem_responses(status_409=_WRONG_FILE, status_503=UNAVAILABLE),
    )
    def read_bundles() -> Response:
        with _refusals():
            return json_response({"bundles": [bodies.show_bundle(each) for each in wiring.bundles.bundles()]})

    @router.get(
        "/wiring/bundles/{mesh}",
        summary="What one mesh of the mesh file needs",
        description="As in the list of all.",
        response_model=bodies.BundleBody,
        responses=problem_responses(
            status_404=_NO_MESH, status_409=_WRONG_FILE, status_422=INVALID, status_503=UNAVAILABLE
        ),
    )
    def read_bundle(mesh: MeshName) -> Response:
        with _refusals():
            return json_response(bodies.show_bundle(wiring.bundles.bundle(mesh)))

    @router.get(
        "/wiring/bundles/{mesh}/live",
        summary="What applying would change in the cluster",
        description="By the cluster's own dry run: what its server sets and what others own is no difference.",
        response_model=bodies.LiveDiffBody,
        responses=problem_responses(
            status_400=_NOT_LIVE, status_404=_NO_MESH, status_409=_WRONG_FILE, status_422=INVALID, status_503=_AWAY
        ),
    )
    def read_live(mesh: MeshName) -> Response:
        with _refusals():
            return json_response(bodies.show_live_diff(wiring.bundles.live_diff(mesh)))


def _add_checks(router: APIRouter, wiring: WiringReads) -> None:
    @router.post(
        "/wiring/check",
        summary="What will silently not work in configuration",
        description="Of any mesh, as `meshhub wire check` finds it. Nothing is kept.",
        response_model=bodies.CheckedBody,
        responses=problem_responses(status_400="It is too large.", status_422=INVALID),
    )
    def check_given(wanted: bodies.WantedCheck) -> Response:
        return json_response(bodies.show_checked(wiring.bundles.check_text(wanted.text)))

    @router.get(
        "/wiring/check/live",
        summary="What will silently not work in the cluster",
        description="Everything that rules look at is read from the cluster at each request.",
        response_model=bodies.CheckedBody,
        responses=problem_responses(status_400=_NOT_LIVE, status_503=_AWAY),
    )
    def check_live() -> Response:
        with _refusals():
            return json_response(bodies.show_checked(wiring.bundles.check_live()))


def _add_deeds(router: APIRouter, wiring: WiringReads) -> None:
    @router.post(
        "/wiring/bundles/{mesh}/apply",
        summary="Put the bundle of a mesh in force",
        description="All documents or none: server-side apply, tried in a dry run first.",
        response_model=bodies.ApplicationBody,
        responses=problem_responses(
            status_400=_NOT_LIVE, status_404=_NO_MESH, status_409=_REFUSED, status_422=INVALID, status_503=_AWAY
        ),
    )
    def apply(mesh: MeshName, wanted: bodies.WantedApplication) -> Response:
        with _refusals():
            done = wiring.bundles.apply(mesh, _by(wanted), dry_run=wanted.dry_run, force=wanted.force_conflicts)
            return json_response(bodies.show_application(done))

    @router.post(
        "/wiring/history/{version}/rollback",
        summary="Bring a former version back",
        description="What came since goes; it is a new version of its own.",
        response_model=bodies.ApplicationBody,
        responses=problem_responses(
            status_400=_NOT_LIVE, status_404=_MISSING, status_409=_REFUSED, status_422=INVALID, status_503=_AWAY
        ),
    )
    def roll_back(version: VersionId, wanted: bodies.WantedApplication) -> Response:
        with _refusals():
            done = wiring.bundles.roll_back(version, _by(wanted), dry_run=wanted.dry_run, force=wanted.force_conflicts)
            return json_response(bodies.show_application(done))


def _by(wanted: bodies.WantedApplication) -> By:
    return By(named(wanted.author), wanted.message)


@contextmanager
def _refusals() -> Iterator[None]:
    """What cannot be done as things stand is a conflict; a cluster that is away may be back."""
    try:
        yield
    except (Refused, Interrupted, ConfigurationError) as error:
        raise HTTPException(409, str(error)) from error
    except ClusterAway as error:
        raise HTTPException(503, str(error)) from error


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
        if found.tzinfo is None:
            raise ValueError("has no time zone")
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise HTTPException(400, f"could not read at={text}: expected RFC 3339 with a time zone ({error})") from error
