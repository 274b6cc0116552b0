"""MH026."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate, consul_config
from envoy_config.rules.model import Flaw, Rule, Severity
from envoy_config.rules.node import Node

PROXY_CONFIG = ("envoyMetricsService", "envoyAccessLogService", "proxyStatsMatcher", "tracing")
ANNOTATIONS = ("proxy.istio.io/config", "sidecar.istio.io/bootstrapOverride")
CONSUL = (
    "envoy_extra_static_clusters_json",
    "envoy_extra_stats_sinks_json",
    "envoy_tracing_json",
    "envoy_stats_flush_interval",
    "envoy_prometheus_bind_addr",
    "envoy_stats_config_json",
    "envoy_stats_tags",
)


def find(estate: Estate) -> Iterator[Flaw]:
    for place in _places(estate):
        if place.present:
            yield Flaw(place, "counts for proxies that start from now on; those that run keep what they have")


def _places(estate: Estate) -> Iterator[Node]:
    for mesh in estate.mesh_configs:
        yield from (mesh.get("defaultConfig", name) for name in PROXY_CONFIG)
    yield from (each.settings.get("serviceAttributeEnrichment") for each in estate.providers)
    for each in estate.of("Deployment", "StatefulSet", "DaemonSet"):
        annotations = each.get("spec", "template", "metadata", "annotations")
        yield from (annotations.get(name) for name in ANNOTATIONS)
    for entry in estate.consul:
        yield from (consul_config(entry).get(name) for name in CONSUL)
    yield from (each.get("enabled") for each in estate.linkerd_tracing if each.get("enabled").value is True)


RULE = Rule(
    code="MH026",
    name="needs-restart",
    severity=Severity.INFO,
    title="A setting counts only after proxies are restarted",
    why="It is part of the bootstrap, or injected as environment, which a proxy reads once.",
    fix="Restart the workloads (kubectl rollout restart), or use a setting that is served live, such as a "
    "provider with a Telemetry.",
    find=find,
    bad="""
meshConfig:
  defaultConfig:
    proxyStatsMatcher: {inclusionPrefixes: ["cluster.outbound"]}
""",
    good="""
meshConfig:
  extensionProviders:
  - name: meshhub-traces
    opentelemetry: {service: meshhub.observability.svc.cluster.local, port: 4317}
""",
)
