"""Consul Connect: an Envoy extension for access logs, and pieces of raw Envoy configuration for spans and stats.

All of it is in the one config entry proxy-defaults/global, which is replaced whole: what it has already must be merged.
"""

from envoy_config import attributes
from envoy_config.bundle import Arrival, Bundle, Document, DocumentKind, Signal, Way
from envoy_config.emit.document import as_json
from envoy_config.emit.fields import access_log_fields
from envoy_config.emit.hub import CLUSTER, hub_cluster
from envoy_config.emit.messages import Message, extension, typed
from envoy_config.emit.objects import kubernetes, metadata, permissions
from envoy_config.emit.pipelines import scrapes
from envoy_config.emit.pipelines.deployment import pipelines
from envoy_config.emit.reachable import place
from envoy_config.emit.wanted import as_wanted, sampling_percent, wanted_signals
from envoy_config.intent import DataPlane, Intent
from meshhub.secret import Secret

BUFFER_BYTES = 16_384
LOCAL_AGENT = "127.0.0.1:4317"
PROMETHEUS_ADDRESS = "0.0.0.0:9102"
ZIPKIN_CLUSTER = "meshhub_zipkin"

_HCM = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
RESTART = "every proxy: keys of the bootstrap are read at its start"


def emit_consul(intent: Intent, mesh: DataPlane) -> Bundle:
    """proxy-defaults, an ACL policy, and what scrapes."""
    signals = wanted_signals(intent, mesh)
    documents = [_proxy_defaults(intent, mesh)]
    if mesh.on == "kubernetes" and signals.stats and mesh.stats_by == "scrape":
        documents += pipelines(intent, mesh, scrapes=[scrapes.consul()])
    rights = permissions(documents) if mesh.on == "kubernetes" else ()
    return Bundle(
        mesh=mesh.name,
        kind=mesh.kind,
        version=mesh.release,
        documents=tuple(documents),
        arrivals=_arrivals(intent, mesh),
        permissions=(_policy(), *rights),
        notes=_notes(intent, mesh),
    )


def access_log_extension(intent: Intent, direction: str) -> Message:
    """builtin/otel-access-logging for one direction, in the form of Consul's API. Only texts: a number would be sent as
    one, which Envoy refuses, with the whole listener. Without a buffer size, each request is an export."""
    config = {
        "LogName": attributes.LOG_NAME,
        "GrpcService": {"Target": {"URI": LOCAL_AGENT}},
        "BufferSizeBytes": BUFFER_BYTES,
        "Attributes": access_log_fields(intent),
        "ResourceAttributes": {"mesh.kind": "consul"},
    }
    arguments = {"ProxyType": "connect-proxy", "ListenerType": direction, "Config": config}
    return {"Name": "builtin/otel-access-logging", "Required": False, "Arguments": arguments}


def opaque_config(intent: Intent, mesh: DataPlane) -> dict[str, object]:
    """The `Config` of proxy-defaults: HTTP, and the raw pieces as JSON text."""
    signals = wanted_signals(intent, mesh)
    config: dict[str, object] = {"protocol": "http"}
    clusters = []
    if signals.spans or (signals.stats and mesh.stats_by == "push"):
        clusters.append(hub_cluster(intent.hub))
    if signals.spans:
        if mesh.spans_by == "zipkin":
            clusters.append(_zipkin_cluster(intent))
        config["envoy_listener_tracing_json"] = _text(intent, tracing(intent, mesh))
    if signals.stats and mesh.stats_by == "push":
        config["envoy_extra_stats_sinks_json"] = _text(intent, _sink(intent))
        config["envoy_stats_flush_interval"] = f"{intent.hub.stats_interval_seconds:g}s"
    elif signals.stats:
        config["envoy_prometheus_bind_addr"] = PROMETHEUS_ADDRESS
    if clusters:
        text = ",\n".join(as_json(each).rstrip("\n") for each in clusters)
        config["envoy_extra_static_clusters_json"] = Secret(text) if intent.hub.token else text
    return config


def tracing(intent: Intent, mesh: DataPlane) -> Message:
    """The tracing of each connection manager, with the share: Consul's own is 0, so that nothing is traced."""
    share = {"random_sampling": {"value": sampling_percent(intent, mesh)}}
    provider: Message
    if mesh.spans_by == "zipkin":
        hub = place(intent.hub, intent.hub.for_zipkin)
        provider = extension(
            "envoy.tracers.zipkin",
            "envoy.config.trace.v3.ZipkinConfig",
            {
                "collector_cluster": ZIPKIN_CLUSTER,
                "collector_endpoint": "/api/v2/spans",
                "collector_endpoint_version": "HTTP_JSON",
                "collector_hostname": hub.dialled,
                "trace_id_128bit": True,
                "shared_span_context": False,
                "trace_context_option": "USE_B3_WITH_W3C_PROPAGATION",
            },
        )
    else:
        provider = extension(
            "envoy.tracers.opentelemetry",
            "envoy.config.trace.v3.OpenTelemetryConfig",
            {"grpc_service": _service(intent), "resource_detectors": [_environment()]},
        )
    return typed(f"{_HCM}.Tracing", {**share, "provider": provider})


def _proxy_defaults(intent: Intent, mesh: DataPlane) -> Document:
    signals = wanted_signals(intent, mesh)
    extensions = [access_log_extension(intent, each) for each in ("inbound", "outbound")] if signals.access_logs else []
    config = opaque_config(intent, mesh)
    restart = RESTART if config.keys() & {"envoy_extra_static_clusters_json", "envoy_prometheus_bind_addr"} else ""
    if mesh.on == "machines":
        content: Message = {"Kind": "proxy-defaults", "Name": "global", "Config": config, "EnvoyExtensions": extensions}
        where = "consul config write proxy-defaults.json; it replaces the entry whole: merge what is there"
        name = "Config entry proxy-defaults/global"
        return Document(name, "proxy-defaults.json", DocumentKind.CONSUL, content, where, restart)
    lower = [{"name": e["Name"], "required": e["Required"], "arguments": e["Arguments"]} for e in extensions]
    content = {
        "apiVersion": "consul.hashicorp.com/v1alpha1",
        "kind": "ProxyDefaults",
        "metadata": metadata("global", mesh.control),
        "spec": {"config": config, "envoyExtensions": lower},
    }
    return kubernetes(content, restart=restart, note="there is one ProxyDefaults; merge what it has")


def _zipkin_cluster(intent: Intent) -> Message:
    hub = place(intent.hub, intent.hub.for_zipkin)
    endpoint = {"address": {"socket_address": {"address": hub.dialled, "port_value": hub.port}}}
    return {
        "name": ZIPKIN_CLUSTER,
        "type": "STRICT_DNS",
        "connect_timeout": "2s",
        "load_assignment": {
            "cluster_name": ZIPKIN_CLUSTER,
            "endpoints": [{"lb_endpoints": [{"endpoint": endpoint}]}],
        },
    }


def _sink(intent: Intent) -> Message:
    content = {
        "grpc_service": _service(intent),
        "emit_tags_as_attributes": True,
        "use_tag_extracted_name": True,
        "max_data_points_per_request": 2000,
        "resource_detectors": [_environment()],
    }
    message = "envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig"
    return extension("envoy.stat_sinks.open_telemetry", message, content)


def _service(intent: Intent) -> Message:
    service: Message = {"envoy_grpc": {"cluster_name": CLUSTER}, "timeout": "10s"}
    if intent.hub.token is not None:
        value = Secret(f"Bearer {intent.hub.token.reveal()}")
        service["initial_metadata"] = [{"key": "authorization", "value": value}]
    return service


def _environment() -> Message:
    """proxy-defaults is the same for all services: who sends can only be read from each proxy's environment."""
    return extension(
        "envoy.tracers.opentelemetry.resource_detectors.environment",
        "envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig",
    )


def _text(intent: Intent, content: Message) -> str | Secret:
    text = as_json(content)
    return Secret(text) if intent.hub.token else text


def _policy() -> Document:
    content = 'mesh = "write"\noperator = "write"\nservice_prefix "" {\n  policy = "read"\n}\n'
    return Document(
        name="ACL policy meshhub-wiring",
        path="permissions/acl-policy.hcl",
        kind=DocumentKind.POLICY,
        content=content,
        applies_to="consul acl policy create -name meshhub-wiring -rules @acl-policy.hcl, for the token that applies",
    )


def _arrivals(intent: Intent, mesh: DataPlane) -> tuple[Arrival, ...]:
    logs = "OTLP/gRPC (builtin/otel-access-logging) through an agent on the loopback interface; HTTP services only"
    rows = [
        Arrival(Signal.ACCESS_LOGS, "sidecars of HTTP services", Way.PUSHED, logs),
        Arrival(
            Signal.ACCESS_LOGS, "sidecars of TCP services, gateways", Way.IMPOSSIBLE, "the extension does not log them"
        ),
        Arrival(Signal.STATS, "sidecars", Way.PUSHED, "OTLP sink (envoy_extra_stats_sinks_json)")
        if mesh.stats_by == "push"
        else Arrival(Signal.STATS, "sidecars", Way.SCRAPED, ":9102/metrics (envoy_prometheus_bind_addr)"),
        Arrival(Signal.SPANS, "sidecars", Way.PUSHED, "Zipkin" if mesh.spans_by == "zipkin" else "OTLP/gRPC"),
    ]
    return as_wanted(wanted_signals(intent, mesh), rows)


def _notes(intent: Intent, mesh: DataPlane) -> tuple[str, ...]:
    notes = [
        (
            f"Access logs can be sent to the loopback interface only: have a collector listen on {LOCAL_AGENT} "
            "beside every "
            "proxy that passes OTLP on to the hub, or make the hub an upstream of every service."
        ),
        (
            "TCP services are silently not logged, and services are TCP unless told otherwise: protocol http is "
            "the default here."
        ),
        (
            "The raw pieces (envoy_*_json) need mesh:write beside service:write since 2026; older versions take "
            "service:write."
        ),
        "The cluster of the hub bypasses the mesh: its TLS is that of the mesh file.",
        (
            "OTEL_RESOURCE_ATTRIBUTES (service.name=…) in each proxy's environment says whose spans and pushed "
            "stats they are; "
            "without it spans are told apart by node_id only."
        ),
        "Access log filters of the mesh file do not hold: the extension has none.",
    ]
    if not intent.access_logs.filter.keeps_all:
        notes.insert(0, notes.pop())
    if mesh.on == "machines":
        notes.append(
            f"Scrape {PROMETHEUS_ADDRESS.partition(':')[2]}/metrics of each proxy, by the hub or by Prometheus."
        )
    return tuple(notes)
