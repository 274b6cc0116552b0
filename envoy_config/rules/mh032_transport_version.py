"""MH032."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for message in ("HttpGrpcAccessLogConfig", "TcpGrpcAccessLogConfig"):
        for _, logger in estate.typed(message):
            version = logger.get("common_config", "transport_api_version")
            if version.text != "V3":
                yield Flaw(version, "transport_api_version is not V3")
    for _, sink in estate.typed("MetricsServiceConfig"):
        if sink.get("transport_api_version").text != "V3":
            yield Flaw(sink.get("transport_api_version"), "transport_api_version is not V3")


RULE = Rule(
    code="MH032",
    name="transport-version",
    severity=Severity.ERROR,
    title="The version of Envoy's own protocol is not said",
    why="Envoy refuses loggers of ALS and sinks of the metrics service without transport_api_version: V3.",
    fix="Add transport_api_version: V3 (in common_config of a logger).",
    find=find,
    bad="""
name: envoy.access_loggers.http_grpc
static_resources:
  listeners:
  - access_log:
    - typed_config:
        "@type": type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig
        common_config: {log_name: meshhub, grpc_service: {envoy_grpc: {cluster_name: hub}}}
  clusters: [{name: hub, http2_protocol_options: {}}]
""",
    good="""
static_resources:
  listeners:
  - access_log:
    - typed_config:
        "@type": type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig
        common_config:
          log_name: meshhub
          transport_api_version: V3
          grpc_service: {envoy_grpc: {cluster_name: hub}}
  clusters: [{name: hub, http2_protocol_options: {}}]
""",
)
