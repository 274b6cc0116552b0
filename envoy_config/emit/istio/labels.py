"""The labels of Istio's OpenTelemetry access log: all that a record has.

istiod switches Envoy's own resource labels off and offers no others, so the resource of every record is empty: who
reports is said here, under the names that storage reads.
"""

from envoy_config.emit.fields import OLD_PATH_WITHOUT_QUERY, access_log_fields
from envoy_config.emit.istio.release import Release
from envoy_config.intent import Intent

_REPORTER = {
    "pod": "%ENVIRONMENT(POD_NAME)%",
    "namespace": "%ENVIRONMENT(POD_NAMESPACE)%",
    "workload": "%ENVIRONMENT(ISTIO_META_WORKLOAD_NAME)%",
    "service_account": "%ENVIRONMENT(SERVICE_ACCOUNT)%",
    "cluster": "%ENVIRONMENT(ISTIO_META_CLUSTER_ID)%",
    "mesh": "%ENVIRONMENT(ISTIO_META_MESH_ID)%",
    "node_cluster": "%CEL(xds.node.cluster)%",
}

_PEERS = {
    "source_workload": ("downstream", "workload"),
    "source_namespace": ("downstream", "namespace"),
    "source_service": ("downstream", "service"),
    "source_version": ("downstream", "revision"),
    "destination_workload": ("upstream", "workload"),
    "destination_namespace": ("upstream", "namespace"),
    "destination_canonical_service": ("upstream", "service"),
    "destination_version": ("upstream", "revision"),
}


def labels(intent: Intent, release: Release, *, waypoint: bool = False) -> dict[str, str]:
    """Label to command operators. Only texts: istiod turns anything else into nothing.

    A waypoint stands for the called side, which has no proxy that sees requests: it reports as the workload it calls.
    """
    path = {} if release.path_operator else {"path_without_query": OLD_PATH_WITHOUT_QUERY}
    called = {
        "namespace": _peer("upstream", "namespace", release),
        "workload": _peer("upstream", "service", release),
        "node_cluster": "-",
    }
    return {
        **_REPORTER,
        **(called if waypoint else {}),
        **{name: _peer(side, field, release) for name, (side, field) in _PEERS.items()},
        **access_log_fields(intent, **path),
    }


def _peer(side: str, field: str, release: Release) -> str:
    if release.peer_objects:
        return f"%FILTER_STATE({side}_peer_obj:FIELD:{field})%"
    return f"%CEL(filter_state.{side}_peer.{field})%"
