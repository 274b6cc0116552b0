"""MH027."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for _, sink in estate.typed("MetricsServiceConfig"):
        if sink.get("emit_tags_as_labels").value is not True:
            yield Flaw(sink.get("emit_tags_as_labels"), "names have their tags baked in, and there are no labels")
    for mesh in estate.mesh_configs:
        sink = mesh.get("defaultConfig", "envoyMetricsService")
        if sink.present:
            yield Flaw(sink, "Istio's template leaves emit_tags_as_labels out: names have their tags baked in")


RULE = Rule(
    code="MH027",
    name="metrics-service-raw",
    severity=Severity.WARNING,
    title="Stats arrive without labels",
    why="Without emit_tags_as_labels Envoy's metrics service sends raw dotted names: each cluster, listener "
    "and code is a metric of its own.",
    fix="Set emit_tags_as_labels: true; with Istio scrape :15020 instead, where it cannot be set.",
    find=find,
    bad="""
stats_sinks:
- name: envoy.stat_sinks.metrics_service
  typed_config:
    "@type": type.googleapis.com/envoy.config.metrics.v3.MetricsServiceConfig
    transport_api_version: V3
    histogram_emit_mode: HISTOGRAM
""",
    good="""
stats_sinks:
- name: envoy.stat_sinks.metrics_service
  typed_config:
    "@type": type.googleapis.com/envoy.config.metrics.v3.MetricsServiceConfig
    transport_api_version: V3
    histogram_emit_mode: HISTOGRAM
    emit_tags_as_labels: true
""",
)
