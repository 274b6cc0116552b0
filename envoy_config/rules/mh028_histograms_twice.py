"""MH028."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for _, sink in estate.typed("MetricsServiceConfig"):
        mode = sink.get("histogram_emit_mode")
        if mode.text in ("", "SUMMARY_AND_HISTOGRAM"):
            yield Flaw(mode, "every histogram is sent as a summary too")


RULE = Rule(
    code="MH028",
    name="histograms-twice",
    severity=Severity.INFO,
    title="Histograms are sent twice",
    why="By default Envoy's metrics service sends a summary and a histogram of each: twice the bytes for one answer.",
    fix="Set histogram_emit_mode: HISTOGRAM.",
    find=find,
    bad="""
stats_sinks:
- name: envoy.stat_sinks.metrics_service
  typed_config:
    "@type": type.googleapis.com/envoy.config.metrics.v3.MetricsServiceConfig
    transport_api_version: V3
    emit_tags_as_labels: true
""",
    good="""
stats_sinks:
- name: envoy.stat_sinks.metrics_service
  typed_config:
    "@type": type.googleapis.com/envoy.config.metrics.v3.MetricsServiceConfig
    transport_api_version: V3
    emit_tags_as_labels: true
    histogram_emit_mode: HISTOGRAM
""",
)
