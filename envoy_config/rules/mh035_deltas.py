"""MH035."""

from collections.abc import Iterator

from envoy_config.rules.envoy import SINKS
from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for message in SINKS:
        for _, sink in estate.typed(message):
            for name in ("report_counters_as_deltas", "report_histograms_as_deltas"):
                if sink.get(name).value is True:
                    yield Flaw(sink.get(name), "what is sent while the receiver is away is gone for good")


RULE = Rule(
    code="MH035",
    name="stats-as-deltas",
    severity=Severity.WARNING,
    title="Stats are sent as differences",
    why="Envoy repeats nothing: a difference that is lost on the way is missing for ever, where the next "
    "total of a counter would have made it good.",
    fix="Set report_counters_as_deltas and report_histograms_as_deltas to false.",
    find=find,
    bad="""
stats_sinks:
- typed_config:
    "@type": type.googleapis.com/envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig
    emit_tags_as_attributes: true
    use_tag_extracted_name: true
    report_counters_as_deltas: true
    resource_detectors: [{name: envoy.tracers.opentelemetry.resource_detectors.static_config}]
""",
    good="""
stats_sinks:
- typed_config:
    "@type": type.googleapis.com/envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig
    emit_tags_as_attributes: true
    use_tag_extracted_name: true
    report_counters_as_deltas: false
    resource_detectors: [{name: envoy.tracers.opentelemetry.resource_detectors.static_config}]
""",
)
