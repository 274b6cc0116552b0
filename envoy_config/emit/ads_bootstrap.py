"""The small bootstrap of a proxy that gets the rest over ADS: who it is, where the hub is, where its stats go."""

from envoy_config.emit.hub import hub_cluster
from envoy_config.emit.messages import Message, lb_endpoint, typed
from envoy_config.emit.plain_envoy import bootstrap
from envoy_config.emit.protocols import http2
from envoy_config.emit.tls import file_certificate, file_trust, mesh_upstream
from envoy_config.intent import Mesh
from envoy_config.intent.control_plane import ControlPlane, Variant
from envoy_config.intent.names import is_address
from envoy_config.plan import Proxy

_SDS_MESSAGE = "envoy.extensions.transport_sockets.tls.v3.Secret"
CLUSTER = "meshhub_ads"
RUNTIME = "meshhub"
"""The name of the runtime layer that is served over RTDS."""

SELF = "ads_identity"
AUTHORITY = "ads_trust"
"""The secrets for the way to the ADS server itself, read from a file beside the certificates."""

CONFIG_SOURCE: Message = {"ads": {}, "resource_api_version": "V3"}


def small_bootstrap(mesh: Mesh, proxy: Proxy, control_plane: ControlPlane) -> Message:
    """The JSON form of envoy.config.bootstrap.v3.Bootstrap. What it has can only be changed by a restart: node, admin
    port, stats, the addresses of the hub."""
    whole = bootstrap(mesh, proxy)
    kept = ("node", "admin", "stats_flush_interval", "stats_config", "stats_sinks")
    return {
        **{key: whole[key] for key in kept if key in whole},
        "layered_runtime": {
            "layers": [
                {"name": RUNTIME, "rtds_layer": {"name": RUNTIME, "rtds_config": CONFIG_SOURCE}},
                {"name": "admin", "admin_layer": {}},
            ]
        },
        "dynamic_resources": {
            "ads_config": {
                "api_type": "DELTA_GRPC" if control_plane.variant is Variant.DELTA else "GRPC",
                "transport_api_version": "V3",
                "set_node_on_first_message_only": True,
                "grpc_services": [{"envoy_grpc": {"cluster_name": CLUSTER}}],
            },
            "cds_config": CONFIG_SOURCE,
            "lds_config": CONFIG_SOURCE,
        },
        "static_resources": {"clusters": [_ads_cluster(proxy, control_plane), hub_cluster(mesh.hub)]},
    }


def secret_files(mesh: Mesh, proxy: Proxy) -> dict[str, Message]:
    """What a proxy finds on its own machine beside its certificate, by path: the secrets for its way to the ADS server
    in SDS form, which has Envoy read the certificates anew when their files are replaced. All proxies of a service have
    the same."""
    certificate = {"name": SELF, "tls_certificate": file_certificate(proxy.certificate_directory)}
    trust = {"name": AUTHORITY, "validation_context": {"trusted_ca": file_trust(mesh.certificates.ca_file)}}
    return {
        _path(proxy, name): {"resources": [typed(_SDS_MESSAGE, secret)]}
        for name, secret in ((SELF, certificate), (AUTHORITY, trust))
    }


def _path(proxy: Proxy, secret: str) -> str:
    return f"{proxy.certificate_directory}/{secret}.json"


def _source(proxy: Proxy, secret: str) -> Message:
    source = {"path_config_source": {"path": _path(proxy, secret)}, "resource_api_version": "V3"}
    return {"name": secret, "sds_config": source}


def _ads_cluster(proxy: Proxy, control_plane: ControlPlane) -> Message:
    addresses = control_plane.ads
    cluster: Message = {
        "name": CLUSTER,
        "type": "STATIC" if all(is_address(endpoint.host) for endpoint in addresses) else "STRICT_DNS",
        "connect_timeout": "2s",
        "typed_extension_protocol_options": http2({"connection_keepalive": {"interval": "30s", "timeout": "10s"}}),
        "load_assignment": {
            "cluster_name": CLUSTER,
            "endpoints": [{"lb_endpoints": [lb_endpoint(endpoint) for endpoint in addresses]}],
        },
    }
    if control_plane.identity is not None:
        cluster["transport_socket"] = mesh_upstream(
            _source(proxy, SELF), _source(proxy, AUTHORITY), control_plane.identity
        )
    return cluster
