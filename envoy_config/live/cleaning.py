"""A live object without what the server keeps of it: what is left is what somebody wants."""

from typing import Any

SERVER_SET = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def cleaned(live: dict[str, Any]) -> dict[str, Any]:
    """Without status and server-set metadata."""
    found = {key: value for key, value in live.items() if key != "status"}
    meta = {key: value for key, value in (found.get("metadata") or {}).items() if key not in SERVER_SET}
    annotations = {key: value for key, value in (meta.get("annotations") or {}).items() if key != LAST_APPLIED}
    if annotations:
        meta["annotations"] = annotations
    else:
        meta.pop("annotations", None)
    return {**found, "metadata": meta}


def managers(live: dict[str, Any]) -> set[str]:
    """Who owns fields of it, other than of its status."""
    entries = (live.get("metadata") or {}).get("managedFields") or []
    return {str(each.get("manager", "")) for each in entries if not each.get("subresource")}
