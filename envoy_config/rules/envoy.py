"""What rules ask of the configuration of an Envoy."""

from collections.abc import Iterator

from envoy_config.rules.estate import EnvoyConfig
from envoy_config.rules.node import Node

LOGGERS = ("OpenTelemetryAccessLogConfig", "HttpGrpcAccessLogConfig", "TcpGrpcAccessLogConfig")
SINKS = ("SinkConfig", "MetricsServiceConfig")
TRACERS = ("OpenTelemetryConfig", "ZipkinConfig")


def clusters(envoy: EnvoyConfig) -> Iterator[Node]:
    """Its clusters: static ones, those of a dump, those of a file of clusters, or one that stands alone."""
    if envoy.root.get("name").text and envoy.root.get("load_assignment").present:
        yield envoy.root
    for node in envoy.root.walk():
        yield from node.get("clusters").items()
        if node.get("@type").text.endswith("config.cluster.v3.Cluster"):
            yield node


def is_istio(envoy: EnvoyConfig) -> bool:
    """Whether Istio made it, whose stats have tags of their own that cope with dots."""
    node_id = next((each.get("node", "id").text for each in envoy.root.walk() if each.get("node", "id").text), "")
    return node_id.partition("~")[0] in ("sidecar", "router", "waypoint")


def type_of(node: Node) -> str:
    return node.get("@type").text.rpartition(".")[2]


def senders(envoy: EnvoyConfig) -> Iterator[Node]:
    """Loggers, sinks and tracers that report over the network."""
    for node in envoy.root.walk():
        if type_of(node) in (*LOGGERS, *SINKS, *TRACERS):
            yield node


def target(sender: Node) -> Node:
    """The name of the cluster that it reports to."""
    for place in (sender, sender.get("common_config")):
        for path in (("grpc_service", "envoy_grpc", "cluster_name"), ("http_service", "http_uri", "cluster")):
            if place.get(*path).present:
                return place.get(*path)
    return sender.get("collector_cluster")


def speaks_grpc(sender: Node) -> bool:
    return sender.get("grpc_service").present or sender.get("common_config", "grpc_service").present
