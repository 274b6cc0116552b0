"""The bodies of /api/v1/wiring."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dashboard.reads.wiring import VersionDetail
from envoy_config.diff import DocumentDiff
from envoy_config.history.model import AppliedDocument, Scope, Version


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
