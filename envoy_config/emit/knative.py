"""Knative on Istio: queue-proxies report by config-observability, gateways and sidecars as Istio's."""

import json

from envoy_config.bundle import Arrival, Bundle, Signal, Way
from envoy_config.emit.istio.arrivals import arrivals
from envoy_config.emit.istio.bundle import istio_documents, mesh_config_document
from envoy_config.emit.istio.notes import notes
from envoy_config.emit.messages import Message
from envoy_config.emit.objects import kubernetes, metadata, permissions
from envoy_config.emit.pipelines.logs import KNATIVE
from envoy_config.emit.reachable import place
from envoy_config.emit.wanted import as_wanted, sampling_percent, wanted_signals
from envoy_config.intent import DataPlane, Intent

ISTIO_NAMESPACE = "istio-system"

REQUEST_LOG = {
    "log_type": "DownstreamEnd",
    "direction": "INBOUND",
    "response_flags": "-",
    "upstream_cluster": "inbound|",
    "method": "{{.Request.Method}}",
    "path": "{{js .Request.RequestURI}}",
    "authority": "{{js .Request.Host}}",
    "protocol": "{{.Request.Proto}}",
    "user_agent": "{{js .Request.UserAgent}}",
    "request_id": '{{js (.Request.Header.Get "X-Request-Id")}}',
    "response_code": "{{.Response.Code}}",
    "bytes_received": "{{.Request.ContentLength}}",
    "bytes_sent": "{{.Response.Size}}",
    "latency_seconds": "{{.Response.Latency}}",
    "namespace": "{{.Revision.Namespace}}",
    "workload": "{{.Revision.Service}}",
    "pod": "{{.Revision.PodName}}",
}
"""queue-proxy's request log (a Go template) with the names that storage reads."""


def emit_knative(intent: Intent, mesh: DataPlane) -> Bundle:
    """config-observability, and Istio's documents for the gateways in front."""
    signals = wanted_signals(intent, mesh)
    behind = mesh.model_copy(update={"control_namespace": ISTIO_NAMESPACE})
    observability = kubernetes(config_observability(intent, mesh), note="its keys; the others stay")
    documents = [observability, mesh_config_document(intent, behind), *istio_documents(intent, behind, logs=[KNATIVE])]
    rows = [
        Arrival(Signal.ACCESS_LOGS, "queue-proxies", Way.SHIPPED, f"JSON on standard output, read by {mesh.shipper}"),
        Arrival(Signal.STATS, "queue-proxies", Way.PUSHED, "OTLP/HTTP (request-metrics-protocol)"),
        Arrival(Signal.SPANS, "queue-proxies", Way.PUSHED, "OTLP/HTTP (tracing-protocol)"),
    ]
    return Bundle(
        mesh=mesh.name,
        kind=mesh.kind,
        version=mesh.release,
        documents=tuple(documents),
        arrivals=(*arrivals(intent, mesh), *as_wanted(signals, rows)),
        permissions=permissions(documents, patched=[("", "configmaps", "istio", ISTIO_NAMESPACE)]),
        notes=(
            "Endpoints have a scheme on purpose: Knative takes a bare host:port for TLS, and nothing arrives.",
            "OTEL_EXPORTER_OTLP_ENDPOINT in a pod overrides all of this.",
            "A pod with a sidecar of Istio logs each request twice: switch logging.enable-request-log off there.",
            "While a service is scaled to zero a request passes the activator: two hops.",
            (
                "Restart the controllers of knative-serving for their own metrics and spans; queue-proxies are "
                "told at once."
            ),
            *notes(intent, behind),
        ),
    )


def config_observability(intent: Intent, mesh: DataPlane) -> Message:
    """The ConfigMap config-observability."""
    signals = wanted_signals(intent, mesh)
    http, grpc = place(intent.hub, intent.hub.over_http), place(intent.hub, intent.hub.otlp_grpc)
    at_http = f"{'https' if http.tls else 'http'}://{http.dialled}:{http.port}"
    at_grpc = f"{'https' if grpc.tls else 'http'}://{grpc.dialled}:{grpc.port}"
    data: dict[str, str] = {}
    if signals.stats:
        data |= {
            "metrics-protocol": "grpc",
            "metrics-endpoint": at_grpc,
            "request-metrics-protocol": "http/protobuf",
            "request-metrics-endpoint": f"{at_http}/v1/metrics",
            "request-metrics-export-interval": f"{intent.hub.stats_interval_seconds:g}s",
        }
    if signals.spans:
        data |= {
            "tracing-protocol": "http/protobuf",
            "tracing-endpoint": f"{at_http}/v1/traces",
            "tracing-sampling-rate": f"{sampling_percent(intent, mesh) / 100:g}",
        }
    if signals.access_logs:
        data |= {
            "logging.enable-request-log": "true",
            "logging.enable-probe-request-log": "false",
            "logging.request-log-template": request_log_template(),
        }
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata("config-observability", mesh.control),
        "data": data,
    }


def request_log_template() -> str:
    """One line of JSON. The template's own quotes are the JSON's: nothing in it may be escaped again."""
    parts = [f'{json.dumps(key)}: "{value}"' for key, value in REQUEST_LOG.items()]
    return "{" + ", ".join(parts) + "}"
