"""A lease in Kubernetes: an object of coordination.k8s.io/v1, replaced only as it was seen (alerting.lease.Leases).

Its version is the object's resourceVersion; the API refuses a replacement of anything but that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from alerting.lease.model import Kept, Lease, LeaseFault
from envoy_config.live.cluster import Cluster, connect
from envoy_config.live.faults import ApiFault
from meshhub.errors import MeshhubError

API_VERSION, KIND = "coordination.k8s.io/v1", "Lease"
ANSWER_SECONDS = 3.0
NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


class KubernetesLeases:
    """See Leases. Not thread-safe."""

    def __init__(self, cluster: Cluster, namespace: str, name: str) -> None:
        self._cluster = cluster
        self._metadata = {"name": name, "namespace": namespace}

    def read(self) -> Kept | None:
        """See Leases."""
        with _explained("read", self._metadata):
            found = self._cluster.get(self._object({}))
        if found is None:
            return None
        spec: dict[str, Any] = found.get("spec") or {}
        lease = Lease(
            spec.get("holderIdentity") or "",
            float(spec.get("leaseDurationSeconds") or 1),
            str(spec.get("renewTime") or ""),
            int(spec.get("leaseTransitions") or 0),
        )
        return Kept(lease, str(found["metadata"]["resourceVersion"]))

    def write(self, lease: Lease, version: str) -> bool:
        """See Leases."""
        wanted = self._object(
            {
                "holderIdentity": lease.holder,
                "leaseDurationSeconds": max(round(lease.seconds), 1),
                "renewTime": lease.renewed,
                "leaseTransitions": lease.transitions,
            }
        )
        with _explained("write", self._metadata):
            try:
                if version:
                    wanted["metadata"]["resourceVersion"] = version
                    self._cluster.replace(wanted)
                else:
                    self._cluster.create(wanted)
            except ApiFault as fault:
                if fault.status == HTTPStatus.CONFLICT:
                    return False
                raise
        return True

    def _object(self, spec: dict[str, Any]) -> dict[str, Any]:
        return {"apiVersion": API_VERSION, "kind": KIND, "metadata": dict(self._metadata), "spec": spec}


@contextmanager
def kubernetes_leases(namespace: str, name: str) -> Iterator[KubernetesLeases]:
    """The lease of this name, in the cluster that this process runs in (or that its kubeconfig names).

    Raises:
        MeshhubError: the client is not installed, or there is no cluster.
    """
    with connect(seconds=ANSWER_SECONDS) as cluster:
        yield KubernetesLeases(cluster, namespace or own_namespace(), name)


def own_namespace() -> str:
    """The namespace of the pod; "default" outside of one."""
    try:
        return NAMESPACE_FILE.read_text(encoding="utf-8").strip() or "default"
    except OSError:
        return "default"


@contextmanager
def _explained(verb: str, metadata: dict[str, str]) -> Iterator[None]:
    try:
        yield
    except MeshhubError as error:
        what = f"{metadata['namespace']}/{metadata['name']}"
        raise LeaseFault(f"could not {verb} the Lease {what}: {error}") from error
