"""Network Service Mesh: connections of layers 2 and 3, so there are no requests; its components report themselves."""

from envoy_config.bundle import Arrival, Bundle, Document, DocumentKind, Signal, Way
from envoy_config.emit.objects import kubernetes, permissions
from envoy_config.emit.reachable import place, service_object
from envoy_config.emit.wanted import as_wanted, wanted_signals
from envoy_config.intent import DataPlane, Intent

NOTES = (
    "Exporters dial while a component starts: it hangs as long as the hub is away. Start the hub first.",
    "Without TELEMETRY=true everything else is ignored.",
    "Each forwarder's connections are metrics of their own name: watch the number of series.",
    "Exports are without TLS and without a token: keep the hub's plain port reachable for them.",
    "All calls are sampled: sampling_percent says nothing here.",
)


def emit_network_service_mesh(intent: Intent, mesh: DataPlane) -> Bundle:
    """Environment variables for every component."""
    signals = wanted_signals(intent, mesh)
    documents: list[Document] = []
    if signals.spans or signals.stats:
        documents.append(_environment(intent, mesh))
    if (service := service_object(intent.hub)) is not None:
        documents.append(kubernetes(service))
    nothing = "frames and packets are forwarded: there are no requests"
    rows = [
        Arrival(Signal.ACCESS_LOGS, "forwarders", Way.IMPOSSIBLE, nothing),
        Arrival(Signal.STATS, "components", Way.PUSHED, "OTLP/gRPC: interface counters of each connection"),
        Arrival(Signal.SPANS, "components", Way.PUSHED, "OTLP/gRPC: calls of the control plane, not of users"),
    ]
    return Bundle(
        mesh=mesh.name,
        kind=mesh.kind,
        version=mesh.release,
        documents=tuple(documents),
        arrivals=as_wanted(signals, rows),
        permissions=permissions(documents),
        notes=NOTES,
    )


def _environment(intent: Intent, mesh: DataPlane) -> Document:
    hub = place(intent.hub, intent.hub.otlp_grpc)
    variables = {
        "TELEMETRY": "true",
        "NSM_OPEN_TELEMETRY_ENDPOINT": f"{hub.dialled}:{hub.port}",
        "NSM_METRICS_EXPORT_INTERVAL": f"{intent.hub.stats_interval_seconds:g}s",
    }
    return Document(
        name="Environment of every component",
        path="nsm.env",
        kind=DocumentKind.ENVIRONMENT,
        content="".join(f"{key}={value}\n" for key, value in variables.items()),
        applies_to=f"every container of {mesh.control}, every client and endpoint",
        restart="every component",
    )
