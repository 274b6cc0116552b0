"""Bootstraps for plain Envoy 1.40 or newer: one file per proxy, no control plane.

An application needs no traffic redirection: it calls the loopback ports of its sidecar, and the sidecar calls it.
"""

from envoy_config.emit.clusters import LOOPBACK, application_cluster, destination_cluster
from envoy_config.emit.hub import hub_cluster
from envoy_config.emit.listeners import listeners
from envoy_config.emit.messages import Message, address
from envoy_config.emit.stats import flush_interval, stats_config, stats_sinks
from envoy_config.emit.tracing import flushing
from envoy_config.intent import Mesh
from envoy_config.plan import Proxy
from envoy_config.planning import plan


def proxies(mesh: Mesh) -> list[Proxy]:
    """Every proxy of a mesh: services, then gateways, in the order of the file."""
    return plan(mesh)


def bootstrap(mesh: Mesh, proxy: Proxy) -> Message:
    """The whole configuration of one proxy as the JSON form of envoy.config.bootstrap.v3.Bootstrap.

    The same mesh gives the same document. With a bearer token, the document has a Secret in it: write it with
    envoy_config.emit.document.
    """
    clusters = [destination_cluster(mesh, proxy, destination) for destination in proxy.destinations]
    if proxy.inbound is not None:
        clusters.insert(0, application_cluster(proxy.inbound))
    return {
        "node": {
            "id": proxy.id,
            "cluster": f"{proxy.service}.{proxy.namespace}",
            "metadata": {"NAMESPACE": proxy.namespace, "LABELS": {"app": proxy.service, "version": proxy.version}},
        },
        "admin": {"address": address(LOOPBACK, proxy.admin_port)},
        "layered_runtime": {
            "layers": [{"name": "spans", "static_layer": flushing()}, {"name": "admin", "admin_layer": {}}]
        },
        "stats_flush_interval": flush_interval(mesh),
        "stats_config": stats_config(mesh.stats.include_prefixes),
        "stats_sinks": stats_sinks(mesh, proxy),
        "static_resources": {
            "listeners": listeners(mesh, proxy),
            "clusters": [*clusters, hub_cluster(mesh.hub)],
        },
    }
