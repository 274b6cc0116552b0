"""The bodies of /api/v1/wiring."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, cast

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from dashboard.reads.wiring import VersionDetail
from dashboard.reads.wiring_bundles import Application, Checked, LiveDiff, MeshBundle, ShownDocument
from envoy_config.diff import DocumentDiff
from envoy_config.history.model import AppliedDocument, Scope, Version
from envoy_config.rules.reports import finding_body


class ScopeBody(TypedDict):
    """What a configuration is for; empty parts mean all."""

    mesh: str
    bundle: Annotated[str, Field(description="What made it.", examples=["istio"])]
    target: Annotated[str, Field(description="Where it was put.", examples=["kubernetes prod"])]
    cluster: str
    namespace: str
    service: str


class DocumentNoteBody(TypedDict):
    """A document of a version."""

    name: str
    content_hash: str
    bytes: int
    secret: Annotated[bool, Field(description="Its text is kept for rollback and never shown.")]


class VersionBody(TypedDict):
    """A configuration that was put in force."""

    id: int
    name: Annotated[str, Field(examples=["v12"])]
    at: datetime
    scope: ScopeBody
    author: str
    message: str
    deed: Annotated[str, Field(description="apply, rollback, or serve: the ADS server began to.")]
    restores: Annotated[int | None, Field(description="The version that a rollback brought back.")]
    content_hash: str
    documents: list[DocumentNoteBody]
    text: Annotated[str, Field(description="What happened, in a line.")]


class HistoryBody(TypedDict):
    """Versions, newest first."""

    versions: list[VersionBody]
    before: Annotated[int | None, Field(description="Ask for what is before it; null where there may be no more.")]


class InForceBody(TypedDict):
    """What was in force at a time, newest first."""

    at: datetime
    versions: list[VersionBody]


class FieldChangeBody(TypedDict):
    """A field that has another value; the values are JSON, null where it is not there."""

    path: Annotated[str, Field(examples=["spec.tracing[0].randomSamplingPercentage"])]
    before: str | None
    after: str | None


class DocumentDiffBody(TypedDict):
    """What became of a document."""

    name: str
    presence: Annotated[str, Field(description="added, removed, changed or unchanged.")]
    fields: list[FieldChangeBody]
    unified: Annotated[str, Field(description="The difference in lines; empty for a secret document.")]
    secret: bool


class DiffBody(TypedDict):
    """What is different, document by document."""

    documents: list[DocumentDiffBody]


class DocumentBody(TypedDict):
    """A document with its text."""

    name: str
    text: str
    secret: bool


class VersionDetailBody(TypedDict):
    """A version, its texts, and what it changed against the one before it."""

    version: VersionBody
    documents: list[DocumentBody]
    before: Annotated[VersionBody | None, Field(description="The one of its scope before it; null for the first.")]
    changes: list[DocumentDiffBody]


def show_version(version: Version) -> VersionBody:
    return {
        "id": version.id,
        "name": version.name,
        "at": version.at,
        "scope": _scope(version.scope),
        "author": version.author,
        "message": version.message,
        "deed": version.deed.value,
        "restores": version.restores,
        "content_hash": version.content_hash,
        "documents": [
            {"name": each.name, "content_hash": each.content_hash, "bytes": each.bytes, "secret": each.secret}
            for each in version.documents
        ],
        "text": version.text,
    }


def show_diff(found: Iterable[DocumentDiff]) -> list[DocumentDiffBody]:
    return [
        {
            "name": each.name,
            "presence": each.presence.value,
            "fields": [{"path": field.path, "before": field.before, "after": field.after} for field in each.fields],
            "unified": each.unified,
            "secret": each.secret,
        }
        for each in found
    ]


def show_detail(detail: VersionDetail) -> VersionDetailBody:
    return {
        "version": show_version(detail.version),
        "documents": show_documents(detail.documents),
        "before": show_version(detail.before) if detail.before else None,
        "changes": show_diff(detail.changes),
    }


def show_documents(documents: Iterable[AppliedDocument]) -> list[DocumentBody]:
    return [{"name": each.name, "text": each.text, "secret": each.secret} for each in documents]


def _scope(scope: Scope) -> ScopeBody:
    return {
        "mesh": scope.mesh,
        "bundle": scope.bundle,
        "target": scope.target,
        "cluster": scope.cluster,
        "namespace": scope.namespace,
        "service": scope.service,
    }


class ShownDocumentBody(TypedDict):
    """A document of a bundle; secrets in its text are stars."""

    path: str
    name: str
    kind: str
    applies_to: str
    restart: Annotated[str, Field(description="What has to be restarted before it counts; empty: at once.")]
    cluster: str
    permission: Annotated[bool, Field(description="Whether it is a permission that applying the others takes.")]
    text: str


class ArrivalBody(TypedDict):
    """Whether and how a signal arrives."""

    signal: str
    what: str
    way: Annotated[str, Field(description="pushed, scraped, shipped, impossible or off.")]
    how: str


class RuleFindingBody(TypedDict):
    """What a rule found."""

    code: Annotated[str, Field(examples=["MH010"])]
    name: str
    severity: str
    title: str
    origin: str
    line: int | None
    subject: str
    path: str
    text: str
    why: str
    fix: str


class UnreadBody(TypedDict):
    """A document that cannot be read."""

    origin: str
    line: int | None
    reason: str


class CheckedBody(TypedDict):
    """What rules found."""

    findings: list[RuleFindingBody]
    faults: list[UnreadBody]
    objects: int


class BundleBody(TypedDict):
    """What one mesh of the hub's mesh file needs."""

    mesh: str
    kind: str
    version: str
    documents: list[ShownDocumentBody]
    arrivals: list[ArrivalBody]
    notes: list[str]
    checked: CheckedBody
    applied: Annotated[VersionBody | None, Field(description="What was applied, or served, last; null: nothing was.")]
    changes: Annotated[
        list[DocumentDiffBody], Field(description="Against what was applied last; none where it is served.")
    ]


class BundlesBody(TypedDict):
    """The meshes of the hub's mesh file; empty where it has none."""

    bundles: list[BundleBody]


class TroubleBody(TypedDict):
    """What could not be done with a document."""

    name: str
    reason: str


class LiveDiffBody(TypedDict):
    """What applying would change in the cluster."""

    target: str
    documents: list[DocumentDiffBody]
    troubles: list[TroubleBody]


class ShownPlaceBody(TypedDict):
    """A document that goes elsewhere."""

    path: str
    applies_to: str


class OutcomeBody(TypedDict):
    """What became of a document."""

    name: str
    deed: Annotated[str, Field(description="created, changed, unchanged, deleted, released or untried.")]


class ApplicationBody(TypedDict):
    """What applying did, or would."""

    target: str
    outcomes: list[OutcomeBody]
    elsewhere: Annotated[list[ShownPlaceBody], Field(description="What has to be put elsewhere by other means.")]
    version: Annotated[VersionBody | None, Field(description="Null in a dry run.")]


class WantedCheck(BaseModel):
    """Configuration to be checked."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=4 * 1024 * 1024, description="A stream of YAML or JSON documents.")


class WantedApplication(BaseModel):
    """How to apply."""

    model_config = ConfigDict(extra="forbid")

    author: str = Field(default="", max_length=200, description="Who; whoever is logged in goes before it.")
    message: str = Field(default="", max_length=2_000, description="Why; kept in the history.")
    dry_run: bool = Field(default=False, description="Try everything, write nothing.")
    force_conflicts: bool = Field(default=False, description="Take fields that others own.")


def show_bundle(found: MeshBundle) -> BundleBody:
    bundle = found.bundle
    return {
        "mesh": bundle.mesh,
        "kind": bundle.kind,
        "version": bundle.version,
        "documents": [_shown(each) for each in found.documents],
        "arrivals": [
            {"signal": each.signal.value, "what": each.what, "way": each.way.value, "how": each.how}
            for each in bundle.arrivals
        ],
        "notes": list(bundle.notes),
        "checked": show_checked(found.checked),
        "applied": show_version(found.applied) if found.applied else None,
        "changes": show_diff(found.changes),
    }


def show_checked(checked: Checked) -> CheckedBody:
    return {
        "findings": [cast("RuleFindingBody", finding_body(each)) for each in checked.findings],
        "faults": [{"origin": each.origin, "line": each.line, "reason": each.reason} for each in checked.faults],
        "objects": checked.objects,
    }


def show_live_diff(found: LiveDiff) -> LiveDiffBody:
    troubles: list[TroubleBody] = [{"name": each.name, "reason": each.reason} for each in found.troubles]
    return {"target": found.target, "documents": show_diff(found.changes), "troubles": troubles}


def show_application(done: Application) -> ApplicationBody:
    return {
        "target": done.target,
        "outcomes": [{"name": each.name, "deed": each.deed.value} for each in done.outcomes],
        "elsewhere": [{"path": each.path, "applies_to": each.applies_to} for each in done.elsewhere],
        "version": show_version(done.version) if done.version else None,
    }


def _shown(each: ShownDocument) -> ShownDocumentBody:
    document = each.document
    return {
        "path": document.path,
        "name": document.name,
        "kind": document.kind.value,
        "applies_to": document.applies_to,
        "restart": document.restart,
        "cluster": document.cluster,
        "permission": each.permission,
        "text": each.text,
    }
