"""Reads what rules look at from a cluster."""

from http import HTTPStatus

from envoy_config.live.cleaning import cleaned
from envoy_config.live.cluster import Cluster, Object
from envoy_config.live.faults import ApiFault
from envoy_config.rules.reading import Reading, read_objects
from meshhub.errors import Fault

KINDS = (
    ("v1", "Namespace"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("telemetry.istio.io/v1", "Telemetry"),
    ("networking.istio.io/v1", "ServiceEntry"),
    ("networking.istio.io/v1alpha3", "EnvoyFilter"),
    ("security.istio.io/v1", "PeerAuthentication"),
    ("gateway.networking.k8s.io/v1", "Gateway"),
    ("install.istio.io/v1alpha1", "IstioOperator"),
    ("sailoperator.io/v1", "Istio"),
    ("maistra.io/v2", "ServiceMeshControlPlane"),
    ("config.openservicemesh.io/v1alpha2", "MeshConfig"),
    ("consul.hashicorp.com/v1alpha1", "ProxyDefaults"),
    ("consul.hashicorp.com/v1alpha1", "ServiceDefaults"),
    ("kuma.io/v1alpha1", "Mesh"),
    ("kuma.io/v1alpha1", "MeshAccessLog"),
    ("kuma.io/v1alpha1", "MeshTrace"),
    ("kuma.io/v1alpha1", "MeshMetric"),
    ("kuma.io/v1alpha1", "MeshOpenTelemetryBackend"),
)
OLDER = (("telemetry.istio.io/v1alpha1", "Telemetry"),)
"""Asked where the newer version is not served."""

CONFIG_MAPS = ("istio", "config-observability", "config-tracing")
"""Others are read only if they override a bootstrap."""


def read_cluster(cluster: Cluster) -> Reading:
    """All objects that rules look at. What may not be read is a fault that says which permission is missing."""
    origin = f"cluster {cluster.name}"
    objects: list[Object] = []
    faults: list[Fault] = []
    for api_version, kind in (*KINDS, *OLDER):
        if (api_version, kind) in OLDER and any(each["kind"] == kind for each in objects):
            continue
        try:
            objects += [cleaned(each) for each in cluster.list(api_version, kind) if _wanted(each)]
        except ApiFault as fault:
            if fault.status not in (HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED):
                raise
            faults.append(Fault(origin, None, str(fault)))
    found = read_objects(objects, origin)
    return Reading(found.objects, (*found.faults, *faults))


def _wanted(each: Object) -> bool:
    if each["kind"] != "ConfigMap":
        return True
    name, data = str((each.get("metadata") or {}).get("name", "")), each.get("data") or {}
    return name.startswith(CONFIG_MAPS) or "custom_bootstrap.json" in data
