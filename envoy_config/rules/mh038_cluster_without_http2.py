"""MH038."""

from collections.abc import Iterator

from envoy_config.rules.envoy import clusters, senders, speaks_grpc, target
from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity

HTTP2 = ("http2_protocol_options", "http2ProtocolOptions")


def find(estate: Estate) -> Iterator[Flaw]:
    for envoy in estate.envoys:
        wanted = {target(each).text for each in senders(envoy) if speaks_grpc(each)}
        for cluster in clusters(envoy):
            name = cluster.get("name")
            if name.text in wanted and not any(each in str(cluster.value) for each in HTTP2):
                yield Flaw(name, f"the cluster {name.text} takes gRPC and has no http2_protocol_options")


RULE = Rule(
    code="MH038",
    name="cluster-without-http2",
    severity=Severity.ERROR,
    title="A cluster that takes gRPC does not speak HTTP/2",
    why="Envoy speaks HTTP/1.1 to a cluster that says nothing; gRPC over it fails, and all that is reported "
    "is dropped.",
    fix="Add typed_extension_protocol_options with explicit_http_config: {http2_protocol_options: {}}.",
    find=find,
    bad="""
static_resources:
  listeners:
  - access_log:
    - typed_config:
        "@type": type.googleapis.com/envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig
        grpc_service: {envoy_grpc: {cluster_name: meshhub_otlp}}
  clusters: [{name: meshhub_otlp, type: STRICT_DNS}]
""",
    good="""
static_resources:
  listeners:
  - access_log:
    - typed_config:
        "@type": type.googleapis.com/envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig
        grpc_service: {envoy_grpc: {cluster_name: meshhub_otlp}}
  clusters:
  - name: meshhub_otlp
    type: STRICT_DNS
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: {http2_protocol_options: {}}
""",
)
