"""Kubernetes objects as documents, and the least permissions that applying them needs."""

from collections.abc import Iterable

from envoy_config.bundle import Document, DocumentKind
from envoy_config.emit.messages import Message

MANAGED_BY = {"app.kubernetes.io/managed-by": "meshhub"}

_RESOURCES: dict[str, tuple[str, str, bool]] = {
    "ClusterRole": ("rbac.authorization.k8s.io", "clusterroles", False),
    "ClusterRoleBinding": ("rbac.authorization.k8s.io", "clusterrolebindings", False),
    "ConfigMap": ("", "configmaps", True),
    "DaemonSet": ("apps", "daemonsets", True),
    "Deployment": ("apps", "deployments", True),
    "DestinationRule": ("networking.istio.io", "destinationrules", True),
    "Istio": ("sailoperator.io", "istios", False),
    "MeshAccessLog": ("kuma.io", "meshaccesslogs", True),
    "MeshConfig": ("config.openservicemesh.io", "meshconfigs", True),
    "MeshMetric": ("kuma.io", "meshmetrics", True),
    "MeshOpenTelemetryBackend": ("kuma.io", "meshopentelemetrybackends", True),
    "MeshTrace": ("kuma.io", "meshtraces", True),
    "Namespace": ("", "namespaces", False),
    "NetworkPolicy": ("networking.k8s.io", "networkpolicies", True),
    "ProxyDefaults": ("consul.hashicorp.com", "proxydefaults", True),
    "Secret": ("", "secrets", True),
    "Service": ("", "services", True),
    "ServiceAccount": ("", "serviceaccounts", True),
    "ServiceEntry": ("networking.istio.io", "serviceentries", True),
    "ServiceMeshControlPlane": ("maistra.io", "servicemeshcontrolplanes", True),
    "Telemetry": ("telemetry.istio.io", "telemetries", True),
}
"""Kind to API group, resource name, and whether it is in a namespace."""


def metadata(name: str, namespace: str = "", **more: dict[str, str]) -> Message:
    """metadata of an object of ours; `labels` and `annotations` may be given."""
    labels = MANAGED_BY | more.get("labels", {})
    where = {"namespace": namespace} if namespace else {}
    annotations = {"annotations": more["annotations"]} if "annotations" in more else {}
    return {"name": name, **where, "labels": labels, **annotations}


def kubernetes(content: Message, *, restart: str = "", cluster: str = "", note: str = "") -> Document:
    """An object as a document; `note` says more about where it goes."""
    kind, meta = content["kind"], content["metadata"]
    namespace = meta.get("namespace", "")
    where = f"namespace {namespace}" if namespace else "the cluster"
    parts = [part for part in (cluster, kind.lower(), namespace, meta["name"]) if part]
    return Document(
        name=f"{kind} {meta['name']}" + (f" in {namespace}" if namespace else ""),
        path="/".join(parts[:1] * bool(cluster))
        + ("/" if cluster else "")
        + "-".join(parts[bool(cluster) :])
        + ".yaml",
        kind=DocumentKind.KUBERNETES,
        content=content,
        applies_to=where + (f": {note}" if note else ""),
        restart=restart,
        cluster=cluster,
    )


def permissions(
    documents: Iterable[Document], *, patched: Iterable[tuple[str, str, str, str]] = ()
) -> tuple[Document, ...]:
    """Roles for a service account that applies these documents and nothing else.

    Objects that exist are reached by their names only; creating cannot be limited to names (Kubernetes: RBAC,
    "referring to resources"). `patched` are objects changed in part: (group, resource, name, namespace).
    """
    wanted: dict[str, dict[tuple[str, str], set[str]]] = {}
    for document in documents:
        if document.kind is DocumentKind.KUBERNETES and isinstance(document.content, dict):
            group, resource, _ = _RESOURCES[document.content["kind"]]
            meta = document.content["metadata"]
            names = wanted.setdefault(meta.get("namespace", ""), {}).setdefault((group, resource), set())
            names.add(meta["name"])
    for group, resource, name, namespace in patched:
        wanted.setdefault(namespace, {}).setdefault((group, resource), set()).add(f"={name}")
    return tuple(_role(namespace, rules) for namespace, rules in sorted(wanted.items()))


def _role(namespace: str, wanted: dict[tuple[str, str], set[str]]) -> Document:
    rules = []
    for (group, resource), names in sorted(wanted.items()):
        ours = sorted(name.lstrip("=") for name in names)
        rules.append({"apiGroups": [group], "resources": [resource], "resourceNames": ours, "verbs": ["get", "patch"]})
        if not all(name.startswith("=") for name in names):
            rules.append({"apiGroups": [group], "resources": [resource], "verbs": ["create"]})
    where = {"namespace": namespace} if namespace else {}
    kind = "Role" if namespace else "ClusterRole"
    content = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": "meshhub-wiring", **where, "labels": MANAGED_BY},
        "rules": rules,
    }
    path = f"permissions/{kind.lower()}{f'-{namespace}' if namespace else ''}.yaml"
    return Document(
        name=f"{kind} meshhub-wiring" + (f" in {namespace}" if namespace else ""),
        path=path,
        kind=DocumentKind.KUBERNETES,
        content=content,
        applies_to=f"namespace {namespace}" if namespace else "the cluster",
    )
