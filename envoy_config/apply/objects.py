"""The Kubernetes objects of applied documents, in the order in which they have to be made."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from envoy_config.apply.model import Refused, Trouble
from envoy_config.history.model import AppliedDocument

Identity = tuple[str, str, str, str]
"""Group, kind, namespace (empty where it has none) and name."""

FIRST = ("Namespace", "CustomResourceDefinition", "ServiceAccount", "Secret", "ConfigMap", "ClusterRole", "Role")
"""Kinds that others need; what is not named comes after them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One object of a document."""

    document: str
    content: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.content["kind"])

    @property
    def namespace(self) -> str:
        return str(self.content["metadata"].get("namespace") or "")

    @property
    def identity(self) -> Identity:
        """What makes it this object; its version is not part of it."""
        group = str(self.content["apiVersion"]).rpartition("/")[0]
        return group, self.kind, self.namespace, str(self.content["metadata"]["name"])

    @property
    def name(self) -> str:
        _, kind, namespace, name = self.identity
        return f"{self.document} ({kind} {namespace + '/' if namespace else ''}{name})"


def parts_of(documents: Iterable[AppliedDocument], target: str) -> list[Part]:
    """The objects, those first that others need.

    Raises:
        Refused: a document has something else than objects, or an object is there twice.
    """
    found: list[Part] = []
    troubles: list[Trouble] = []
    for document in documents:
        try:
            contents = [each for each in yaml.safe_load_all(document.text) if each is not None]
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            troubles.append(Trouble(document.name, f"is no YAML: {error}"))
            continue
        for content in contents:
            if _is_object(content):
                found.append(Part(document.name, content))
            else:
                troubles.append(Trouble(document.name, "is no Kubernetes object: it needs apiVersion, kind and a name"))
    seen: set[Identity] = set()
    for part in found:
        if part.identity in seen:
            troubles.append(Trouble(part.name, "is there twice"))
        seen.add(part.identity)
    if troubles:
        raise Refused(target, troubles)
    return sorted(found, key=lambda part: FIRST.index(part.kind) if part.kind in FIRST else len(FIRST))


def _is_object(content: Any) -> bool:
    return (
        isinstance(content, dict)
        and isinstance(content.get("apiVersion"), str)
        and isinstance(content.get("kind"), str)
        and isinstance(content.get("metadata"), dict)
        and isinstance(content["metadata"].get("name"), str)
    )
