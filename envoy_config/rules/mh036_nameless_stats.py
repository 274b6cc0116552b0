"""MH036."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for _, sink in estate.typed("SinkConfig"):
        if "open_telemetry" in sink.get("@type").text and not sink.get("resource_detectors").value:
            yield Flaw(sink.get("resource_detectors"), "the stats do not say which proxy they are of")


RULE = Rule(
    code="MH036",
    name="nameless-stats",
    severity=Severity.ERROR,
    title="Stats do not say which proxy they are of",
    why="Envoy's OpenTelemetry sink sends no node id, cluster or service name unless a resource detector "
    "gives them: two proxies cannot be told apart.",
    fix="Add the detector static_config with service.name, service.namespace and service.instance.id, or "
    "environment with OTEL_RESOURCE_ATTRIBUTES.",
    find=find,
    bad="""
stats_sinks:
- typed_config:
    "@type": type.googleapis.com/envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig
    emit_tags_as_attributes: true
    use_tag_extracted_name: true
""",
    good="""
stats_sinks:
- typed_config:
    "@type": type.googleapis.com/envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig
    emit_tags_as_attributes: true
    use_tag_extracted_name: true
    resource_detectors:
    - name: envoy.tracers.opentelemetry.resource_detectors.static_config
      typed_config: {attributes: {service.name: cart, service.instance.id: cart-1}}
""",
)
