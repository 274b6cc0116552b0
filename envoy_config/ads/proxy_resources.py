"""What a proxy gets over ADS: the parts of its whole configuration, made to be changed one by one.

Routes apart from their listeners, endpoints from their clusters, certificates from both: what changes often is small
and is taken without draining a connection.
"""

from collections.abc import Iterator
from typing import Any

from envoy_config.ads.faults import fault_filter, with_fault
from envoy_config.ads.kinds import Kind
from envoy_config.ads.sampling import sampler, share_routes
from envoy_config.ads.secrets import IDENTITY, TRUST
from envoy_config.emit.ads_bootstrap import CONFIG_SOURCE, RUNTIME
from envoy_config.emit.hub import CLUSTER as HUB_CLUSTER
from envoy_config.emit.messages import Message
from envoy_config.emit.plain_envoy import bootstrap
from envoy_config.emit.tracing import flushing
from envoy_config.intent import Mesh
from envoy_config.plan import Proxy

STATIC_CLUSTERS = frozenset({HUB_CLUSTER})
"""Clusters of the bootstrap that resources may name."""

_CONNECTION_MANAGER = "envoy.filters.network.http_connection_manager"


def proxy_messages(mesh: Mesh, proxy: Proxy) -> Iterator[tuple[Kind, Message]]:
    """Every resource of a proxy but its secrets, in JSON form."""
    static = bootstrap(mesh, proxy)["static_resources"]
    files = _MeshFiles(proxy.certificate_directory, mesh.certificates.ca_file)
    yield Kind.RUNTIME, {"name": RUNTIME, "layer": flushing()}
    for cluster in static["clusters"]:
        if cluster["name"] not in STATIC_CLUSTERS:
            yield from _cluster(_with_secrets(cluster, files))
    for listener in static["listeners"]:
        chains = [_with_secrets(chain, files) for chain in listener["filter_chains"]]
        yield from _listener(listener | {"filter_chains": chains}, proxy)


def _with_secrets(part: Message, files: "_MeshFiles") -> Message:
    """A cluster or filter chain with its TLS by secrets."""
    if "transport_socket" not in part:
        return part
    return part | {"transport_socket": files.with_secrets(part["transport_socket"])}


def _cluster(cluster: Message) -> Iterator[tuple[Kind, Message]]:
    if cluster["type"] != "STATIC" or "transport_socket" not in cluster:
        yield Kind.CLUSTER, cluster  # EDS has no names to resolve; the application's address never changes alone
        return
    endpoints = cluster["load_assignment"]
    rest = {key: value for key, value in cluster.items() if key != "load_assignment"}
    yield Kind.CLUSTER, rest | {"type": "EDS", "eds_cluster_config": {"eds_config": CONFIG_SOURCE}}
    yield Kind.ENDPOINTS, endpoints


def _listener(listener: Message, proxy: Proxy) -> Iterator[tuple[Kind, Message]]:
    chains = []
    for chain in listener["filter_chains"]:
        filters = []
        for each in chain["filters"]:
            if each["name"] != _CONNECTION_MANAGER:
                filters.append(each)
                continue
            manager, routes = _split(each["typed_config"], listener["name"])
            filters.append(each | {"typed_config": manager})
            yield Kind.ROUTES, with_fault(share_routes(routes, proxy.sampling_percent), proxy)
        chains.append(chain | {"filters": filters})
    yield Kind.LISTENER, listener | {"filter_chains": chains}


def _split(manager: Message, name: str) -> tuple[Message, Message]:
    """A connection manager that asks for its routes, and these, named as the listener."""
    rest = {key: value for key, value in manager.items() if key != "route_config"}
    rest["rds"] = {"config_source": CONFIG_SOURCE, "route_config_name": name}
    rest["http_filters"] = [fault_filter(), *manager["http_filters"]]
    if "tracing" in manager:
        tracing = manager["tracing"]
        tracer = tracing["provider"]["typed_config"] | {"sampler": sampler()}
        rest["tracing"] = tracing | {"provider": tracing["provider"] | {"typed_config": tracer}}
    return rest, manager["route_config"] | {"name": name}


class _MeshFiles:
    """Replaces the files of the mesh's certificates in TLS contexts by secrets."""

    def __init__(self, directory: str, ca_file: str) -> None:
        self._chain = {"filename": f"{directory}/cert.pem"}
        self._trust = {"filename": ca_file}

    def with_secrets(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self.with_secrets(member) for member in node]
        if not isinstance(node, dict):
            return node
        if "common_tls_context" in node:
            return {**node, "common_tls_context": self._context(dict(node["common_tls_context"]))}
        return {key: self.with_secrets(value) for key, value in node.items()}

    def _context(self, context: Message) -> Message:
        if [each["certificate_chain"] for each in context.get("tls_certificates", ())] == [self._chain]:
            del context["tls_certificates"]
            context["tls_certificate_sds_secret_configs"] = [{"name": IDENTITY, "sds_config": CONFIG_SOURCE}]
        validation = context.get("validation_context", {})
        if validation.get("trusted_ca") == self._trust:
            del context["validation_context"]
            context["combined_validation_context"] = {
                "default_validation_context": {k: v for k, v in validation.items() if k != "trusted_ca"},
                "validation_context_sds_secret_config": {"name": TRUST, "sds_config": CONFIG_SOURCE},
            }
        return context
