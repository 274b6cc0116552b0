"""Which documents of a bundle go where, and as what."""

import copy
from typing import Any

import yaml

from envoy_config.apply.model import Refused, Trouble
from envoy_config.bundle import Bundle, Document, DocumentKind
from envoy_config.emit.document import secrets
from envoy_config.emit.text import as_yaml, text_of
from envoy_config.history.model import AppliedDocument
from envoy_config.live.cleaning import managers
from envoy_config.live.cluster import FIELD_MANAGER, Cluster

MESH_CONFIG_MAP, MESH_CONFIG_NAMESPACE = "istio", "istio-system"


def all_documents(bundle: Bundle, *, permissions: bool = True) -> tuple[AppliedDocument, ...]:
    """Every document by its path, with its secrets."""
    chosen = (*bundle.documents, *(bundle.permissions if permissions else ()))
    return tuple(AppliedDocument(each.path, text_of(each, reveal=True), _is_secret(each)) for each in chosen)


def for_cluster(
    bundle: Bundle, cluster: Cluster | None, name: str = ""
) -> tuple[tuple[AppliedDocument, ...], tuple[Document, ...]]:
    """What goes into a cluster of the mesh (empty: the only one), and what has to be put elsewhere by other means.

    Istio's mesh configuration is merged into the ConfigMap that the cluster has; without a cluster it is left out. A
    Service that others made, as the hub's chart does, is left to them: another selector would cut the hub off.

    Raises:
        Refused: that ConfigMap cannot be read as mesh configuration.
    """
    chosen = [each for each in bundle.documents if each.cluster in ("", name)]
    inside = [each for each in chosen if each.kind is DocumentKind.KUBERNETES and not _is_others_service(each, cluster)]
    found = [AppliedDocument(each.path, text_of(each, reveal=True), _is_secret(each)) for each in inside]
    merged = [each for each in chosen if each.kind is DocumentKind.MESH_CONFIG] if cluster else []
    live = cluster.get(_mesh_config_map()) if cluster and merged else None
    if live is None:
        merged = []
    else:
        found += [_merged(each, live) for each in merged[:1]]
    return tuple(found), tuple(each for each in chosen if each not in inside and each not in merged[:1])


def remaining(bundle: Bundle, cluster: Cluster, name: str = "") -> tuple[AppliedDocument, ...]:
    """What has to be there when a bundle is taken out of a cluster: Istio's ConfigMap, without named things of ours.
    Other keys of it stay: nobody knows what they were before.

    Raises:
        Refused: that ConfigMap cannot be read as mesh configuration.
    """
    merged = [each for each in bundle.documents if each.cluster in ("", name) and each.kind is DocumentKind.MESH_CONFIG]
    live = cluster.get(_mesh_config_map()) if merged else None
    if live is None:
        return ()
    there, wanted = _read(merged[0], live)
    mesh = as_yaml(without(there, wanted))
    return (AppliedDocument(merged[0].path, as_yaml({**_mesh_config_map(), "data": {"mesh": mesh}})),)


def _is_others_service(document: Document, cluster: Cluster | None) -> bool:
    content = document.content
    if cluster is None or not isinstance(content, dict) or content.get("kind") != "Service":
        return False
    live = cluster.get(content)
    return live is not None and FIELD_MANAGER not in managers(live)


def _mesh_config_map() -> dict[str, Any]:
    meta = {"name": MESH_CONFIG_MAP, "namespace": MESH_CONFIG_NAMESPACE}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}


def _merged(document: Document, live: dict[str, Any]) -> AppliedDocument:
    there, wanted = _read(document, live)
    result = merge(there, wanted)
    mesh = _mesh_text(live) if result == there else as_yaml(result)
    return AppliedDocument(document.path, as_yaml({**_mesh_config_map(), "data": {"mesh": mesh}}), _is_secret(document))


def _read(document: Document, live: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The mesh configuration that is there, and what a document wants of it."""
    try:
        there = yaml.safe_load(_mesh_text(live))
    except yaml.YAMLError as error:
        raise Refused("the mesh configuration", [Trouble(document.path, f"the ConfigMap's mesh: {error}")]) from error
    content: Any = document.content if isinstance(document.content, dict) else yaml.safe_load(document.content)
    return there if isinstance(there, dict) else {}, content.get("meshConfig", content)


def _mesh_text(live: dict[str, Any]) -> str:
    return (live.get("data") or {}).get("mesh") or "{}"


def without(there: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """What is there but for the named things of lists that are ours."""
    left: dict[str, Any] = {}
    for key, value in there.items():
        names = {each["name"] for each in ours[key]} if _named(ours.get(key)) else set()
        if names and _named(value):
            kept = [each for each in value if each["name"] not in names]
            left |= {key: kept} if kept else {}
        else:
            left[key] = value
    return copy.deepcopy(left)


def merge(there: Any, wanted: Any) -> Any:
    """What is there with what is wanted: objects by key, lists of named things by name, all else replaced."""
    if isinstance(there, dict) and isinstance(wanted, dict):
        return {**there, **{key: merge(there.get(key), value) for key, value in wanted.items()}}
    if _named(there) and _named(wanted):
        ours = {each["name"]: each for each in wanted}
        kept = [ours.pop(each["name"], each) for each in there]
        return copy.deepcopy([*kept, *ours.values()])
    return copy.deepcopy(wanted)


def _named(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) and "name" in each for each in value)


def _is_secret(document: Document) -> bool:
    content = document.content
    return any(True for _ in secrets(content)) or (isinstance(content, dict) and content.get("kind") == "Secret")
