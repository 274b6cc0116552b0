"""Stats pushed by Istio's proxies: a piece of bootstrap that the proxy merges at its start.

The ConfigMap is in the namespace of the pod, under the key custom_bootstrap.json; pods name it in the annotation
sidecar.istio.io/bootstrapOverride. The hub's cluster is static in the same piece: clusters of istiod do not exist yet
when the sink is made, and Envoy would not start.
"""

from envoy_config.emit.document import as_json
from envoy_config.emit.hub import grpc_service, hub_cluster
from envoy_config.emit.messages import Message, extension
from envoy_config.emit.objects import metadata
from envoy_config.intent import Intent
from meshhub.secret import Secret

NAME = "meshhub-bootstrap"
ANNOTATION = "sidecar.istio.io/bootstrapOverride"
KEY = "custom_bootstrap.json"


def fragment(intent: Intent) -> Message:
    """The piece of bootstrap. Who sends is read from OTEL_RESOURCE_ATTRIBUTES in the proxy's environment."""
    detector = extension(
        "envoy.tracers.opentelemetry.resource_detectors.environment",
        "envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig",
    )
    sink = extension(
        "envoy.stat_sinks.open_telemetry",
        "envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig",
        {
            "grpc_service": grpc_service(intent.hub),
            "emit_tags_as_attributes": True,
            "use_tag_extracted_name": True,
            "report_counters_as_deltas": False,
            "report_histograms_as_deltas": False,
            "max_data_points_per_request": 2000,
            "resource_detectors": [detector],
        },
    )
    return {"stats_sinks": [sink], "static_resources": {"clusters": [hub_cluster(intent.hub)]}}


def config_map(intent: Intent, namespace: str) -> Message:
    """The ConfigMap of one namespace. It must be one, and with a token has it in clear: restrict who reads
    ConfigMaps."""
    text = as_json(fragment(intent))
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(NAME, namespace),
        "data": {KEY: Secret(text) if intent.hub.token else text},
    }
