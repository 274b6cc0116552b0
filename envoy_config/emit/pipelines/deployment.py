"""The collectors as Kubernetes objects: an agent on every node for logs, one scraper for stats."""

import hashlib
from collections.abc import Sequence

from envoy_config.bundle import Document
from envoy_config.emit.messages import Message
from envoy_config.emit.objects import kubernetes, metadata
from envoy_config.emit.pipelines.collector import STATE, logs_config, metrics_config
from envoy_config.emit.pipelines.fluent_bit import fluent_bit_files
from envoy_config.emit.pipelines.source import LogSource, Scrape
from envoy_config.emit.reachable import place
from envoy_config.emit.text import as_yaml, revealed
from envoy_config.intent import DataPlane, Intent
from meshhub.secret import Secret

COLLECTOR_IMAGE = "otel/opentelemetry-collector-contrib:0.161.0"
FLUENT_BIT_IMAGE = "fluent/fluent-bit:4.2.0"
OUTSIDE_NAMESPACE = "meshhub"
_NONROOT = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def pipelines(
    intent: Intent, mesh: DataPlane, *, logs: Sequence[LogSource] = (), scrapes: Sequence[Scrape] = ()
) -> list[Document]:
    """What reads these sources, for every cluster of the mesh; nothing if there are none."""
    documents: list[Document] = []
    namespace = place(intent.hub, intent.hub.otlp_grpc).namespace or OUTSIDE_NAMESPACE
    several = len(mesh.cluster_names) > 1
    for cluster in mesh.cluster_names if logs or scrapes else ():
        objects: list[Message] = []
        if namespace == OUTSIDE_NAMESPACE:
            objects.append({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata(namespace)})
        if logs:
            objects += _agent(intent, mesh, cluster, namespace, logs)
        if scrapes:
            objects += _scraper(intent, mesh, cluster, namespace, scrapes)
        documents += [kubernetes(each, cluster=cluster if several else "") for each in objects]
    return documents


def _agent(intent: Intent, mesh: DataPlane, cluster: str, namespace: str, logs: Sequence[LogSource]) -> list[Message]:
    name = f"meshhub-{mesh.name}-agent"
    if mesh.shipper == "fluent-bit":
        data, image = fluent_bit_files(intent, cluster, logs), FLUENT_BIT_IMAGE
        command = ["/fluent-bit/bin/fluent-bit", "-c", "/etc/meshhub/fluent-bit.yaml"]
    else:
        data, image = {"collector.yaml": as_yaml(revealed(logs_config(intent, cluster, logs)))}, COLLECTOR_IMAGE
        command = ["/otelcol-contrib", "--config=/etc/meshhub/collector.yaml"]
    host = [("pod-logs", "/var/log/pods", True), ("state", STATE, False)]
    container: Message = {
        "name": "agent",
        "image": image,
        "command": command,
        "env": [{"name": "K8S_NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
        "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}},
        "securityContext": {**_NONROOT, "runAsUser": 0},
        "volumeMounts": [
            {"name": "config", "mountPath": "/etc/meshhub", "readOnly": True},
            *({"name": n, "mountPath": path, "readOnly": read_only} for n, path, read_only in host),
        ],
    }
    volumes = [
        {"name": "config", "secret": {"secretName": name}},
        {"name": "pod-logs", "hostPath": {"path": "/var/log/pods", "type": "Directory"}},
        {"name": "state", "hostPath": {"path": f"/var/lib/{name}", "type": "DirectoryOrCreate"}},
    ]
    template = _template(name, container, volumes, data)
    template["spec"]["tolerations"] = [{"operator": "Exists"}]
    daemon: Message = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": metadata(name, namespace),
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": template},
    }
    return [*_identity(name, namespace), _files(name, namespace, data, secret=intent.hub.token is not None), daemon]


def _scraper(intent: Intent, mesh: DataPlane, cluster: str, namespace: str, scrapes: Sequence[Scrape]) -> list[Message]:
    name = f"meshhub-{mesh.name}-scraper"
    data = {"collector.yaml": as_yaml(revealed(metrics_config(intent, cluster, scrapes)))}
    container: Message = {
        "name": "scraper",
        "image": COLLECTOR_IMAGE,
        "command": ["/otelcol-contrib", "--config=/etc/meshhub/collector.yaml"],
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}},
        "securityContext": {**_NONROOT, "runAsNonRoot": True, "runAsUser": 10001},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/meshhub", "readOnly": True}],
    }
    volumes = [{"name": "config", "secret": {"secretName": name}}]
    deployment: Message = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(name, namespace),
        "spec": {
            "replicas": 1,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": {"app": name}},
            "template": _template(name, container, volumes, data),
        },
    }
    return [*_identity(name, namespace), _files(name, namespace, data, secret=intent.hub.token is not None), deployment]


def _template(name: str, container: Message, volumes: list[Message], data: dict[str, str]) -> Message:
    """Out of every mesh: what brings telemetry must not make any. A new configuration is a new template: pods are
    replaced for it."""
    digest = hashlib.sha256("\0".join(f"{key}\0{text}" for key, text in sorted(data.items())).encode()).hexdigest()
    out = {"sidecar.istio.io/inject": "false", "kuma.io/sidecar-injection": "disabled"}
    annotations = {"linkerd.io/inject": "disabled", "consul.hashicorp.com/connect-inject": "false"}
    annotations["meshhub/configuration"] = digest[:16]
    return {
        "metadata": {"labels": {"app": name, **out}, "annotations": annotations},
        "spec": {"serviceAccountName": name, "containers": [container], "volumes": volumes},
    }


def _files(name: str, namespace: str, data: dict[str, str], *, secret: bool) -> Message:
    """A Secret, not a ConfigMap: the hub's token may be in it."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata(name, namespace),
        "type": "Opaque",
        "stringData": {key: Secret(text) if secret else text for key, text in data.items()},
    }


def _identity(name: str, namespace: str) -> list[Message]:
    """Reading pods is all it may do: discovery, and which workload a pod is."""
    api = "rbac.authorization.k8s.io/v1"
    rules = [
        {"apiGroups": [""], "resources": ["pods", "namespaces"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": ["apps"], "resources": ["replicasets"], "verbs": ["get", "list", "watch"]},
    ]
    subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name}
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(name, namespace)},
        {"apiVersion": api, "kind": "ClusterRole", "metadata": metadata(name), "rules": rules},
        {
            "apiVersion": api,
            "kind": "ClusterRoleBinding",
            "metadata": metadata(name),
            "roleRef": reference,
            "subjects": [subject],
        },
    ]
