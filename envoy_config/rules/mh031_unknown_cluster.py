"""MH031."""

from collections.abc import Iterator

from envoy_config.rules.envoy import SINKS, clusters, senders, target, type_of
from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for envoy in estate.envoys:
        if not envoy.whole:
            continue
        known = {each.get("name").text for each in clusters(envoy)}
        dynamic = envoy.root.get("dynamic_resources").present
        for sender in senders(envoy):
            wanted, sink = target(sender), type_of(sender) in SINKS
            if wanted.text and wanted.text not in known and (sink or not dynamic):
                what = "Envoy does not start" if sink else "Envoy refuses the listener"
                yield Flaw(wanted, f"there is no static cluster {wanted.text}: {what}")


RULE = Rule(
    code="MH031",
    name="unknown-cluster",
    severity=Severity.ERROR,
    title="A sink, logger or tracer names a cluster that does not exist",
    why="A stats sink with an unknown cluster keeps Envoy from starting; a logger or tracer gets its listener "
    "refused. Clusters of CDS do not exist yet when sinks are made.",
    fix="Add the cluster to static_resources.clusters, or name one that is there.",
    find=find,
    bad="""
stats_sinks:
- name: envoy.stat_sinks.open_telemetry
  typed_config:
    "@type": type.googleapis.com/envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig
    grpc_service: {envoy_grpc: {cluster_name: meshhub_otlp}}
static_resources:
  clusters: [{name: app}]
""",
    good="""
stats_sinks:
- name: envoy.stat_sinks.open_telemetry
  typed_config:
    "@type": type.googleapis.com/envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig
    grpc_service: {envoy_grpc: {cluster_name: meshhub_otlp}}
static_resources:
  clusters: [{name: app}, {name: meshhub_otlp}]
""",
)
