"""Applied configuration as a model: documents, what part of a mesh they are for, and versions of them."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Deed(StrEnum):
    """How a version came to be."""

    APPLY = "apply"
    ROLLBACK = "rollback"
    SERVE = "serve"
    """The ADS server began to serve it."""


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """What a configuration is for, and where it was put. Versions of one scope follow each other.

    `mesh` is its name, `bundle` what made it ("istio", "kuma", "envoy"), `target` where it went ("ads",
    "kubernetes prod", a directory). `cluster`, `namespace` and `service` narrow it; empty means all of them.
    """

    mesh: str
    bundle: str
    target: str = ""
    cluster: str = ""
    namespace: str = ""
    service: str = ""

    def covers(self, cluster: str, namespace: str, service: str) -> bool:
        """Whether it may concern a workload. What is unknown of either is taken to fit."""
        pairs = ((self.cluster, cluster), (self.namespace, namespace), (self.service, service))
        return all(not own or not other or own == other for own, other in pairs)

    @property
    def key(self) -> str:
        """One text for each scope."""
        return json.dumps([self.mesh, self.bundle, self.target, self.cluster, self.namespace, self.service])

    def __str__(self) -> str:
        where = "/".join(part for part in (self.cluster, self.namespace, self.service) if part)
        parts = (f"{self.bundle} of {self.mesh}", f"for {where}" if where else "", f"({self.target})")
        return " ".join(part for part in parts if part not in ("", "()"))


@dataclass(frozen=True, slots=True)
class AppliedDocument:
    """One document as it was applied. The text of a secret one is kept for rollback and never shown."""

    name: str
    text: str
    secret: bool = False

    @property
    def content_hash(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Applied:
    """A configuration that was put in force: all documents of its scope, who did it and why.

    `restores` is the version that a rollback brought back.
    """

    scope: Scope
    documents: tuple[AppliedDocument, ...]
    author: str
    message: str = ""
    deed: Deed = Deed.APPLY
    restores: int | None = None

    @property
    def content_hash(self) -> str:
        """The same for the same documents in any order."""
        return hash_of((each.name, each.content_hash) for each in self.documents)


@dataclass(frozen=True, slots=True)
class DocumentNote:
    """What a version has of a document, without its text."""

    name: str
    content_hash: str
    bytes: int
    secret: bool


@dataclass(frozen=True, slots=True)
class Version:
    """A configuration that was put in force at a time. Ids grow; `documents` are sorted by name."""

    id: int
    at: datetime
    scope: Scope
    author: str
    message: str
    deed: Deed
    restores: int | None
    content_hash: str
    documents: tuple[DocumentNote, ...]

    @property
    def name(self) -> str:
        """As people call it: "v12"."""
        return f"v{self.id}"

    @property
    def text(self) -> str:
        """What happened, in a line."""
        done = {
            Deed.APPLY: f"{self.author} applied {self.name} of {self.scope}",
            Deed.ROLLBACK: f"{self.author} rolled {self.scope} back to v{self.restores} (now {self.name})",
            Deed.SERVE: f"{self.author} put {self.name} of {self.scope} in force",
        }[self.deed]
        return f"{done}: {self.message}" if self.message else done


def hash_of(documents: Iterable[tuple[str, str]]) -> str:
    """The hash of named hashes, in any order."""
    return hashlib.sha256(json.dumps(sorted(documents)).encode()).hexdigest()
