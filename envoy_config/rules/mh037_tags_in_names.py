"""MH037."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for _, sink in estate.typed("SinkConfig"):
        for name in ("emit_tags_as_attributes", "use_tag_extracted_name"):
            if "open_telemetry" in sink.get("@type").text and sink.get(name).value is False:
                yield Flaw(sink.get(name), "clusters, listeners and codes are in the names of metrics")


RULE = Rule(
    code="MH037",
    name="tags-in-names",
    severity=Severity.WARNING,
    title="Tags of stats are not attributes",
    why="Each cluster and code becomes a metric of its own: nothing adds up, and there are thousands of names.",
    fix="Set emit_tags_as_attributes and use_tag_extracted_name to true, which is the default.",
    find=find,
    bad="""
stats_sinks:
- typed_config:
    "@type": type.googleapis.com/envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig
    emit_tags_as_attributes: false
    resource_detectors: [{name: envoy.tracers.opentelemetry.resource_detectors.environment}]
""",
    good="""
stats_sinks:
- typed_config:
    "@type": type.googleapis.com/envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig
    emit_tags_as_attributes: true
    resource_detectors: [{name: envoy.tracers.opentelemetry.resource_detectors.environment}]
""",
)
