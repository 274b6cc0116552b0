"""What arrives from Istio, and what cannot."""

from envoy_config.bundle import Arrival, Signal, Way
from envoy_config.emit.wanted import as_wanted, wanted_signals
from envoy_config.intent import DataPlane, Intent, MeshKind

_SPANS = {
    "otlp": "OTLP/gRPC (opentelemetry)",
    "otlp-http": "OTLP/HTTP (opentelemetry.http)",
    "zipkin": "Zipkin v2 JSON",
}
_LOGS = {
    "otlp": "OTLP/gRPC (envoyOtelAls), the sender in labels",
    "als": "ALS (envoyHttpAls, envoyTcpAls); without trace ids",
}


def arrivals(intent: Intent, mesh: DataPlane) -> tuple[Arrival, ...]:
    """The table for sidecars and gateways, or for waypoints and ztunnels."""
    ambient = mesh.kind is MeshKind.ISTIO_AMBIENT
    what = "waypoints" if ambient else "sidecars and gateways"
    rows = [
        Arrival(Signal.ACCESS_LOGS, what, Way.PUSHED, _LOGS[mesh.access_logs_by]),
        _stats(mesh, what),
        Arrival(Signal.SPANS, what, Way.PUSHED, _SPANS[mesh.spans_by]),
    ]
    if ambient:
        rows += [
            Arrival(
                Signal.ACCESS_LOGS,
                "ztunnels",
                Way.SHIPPED,
                f"one line per connection on standard output, read by {mesh.shipper}; without a waypoint there are no "
                "requests, no status codes and no latencies",
            ),
            Arrival(Signal.STATS, "ztunnels", Way.SCRAPED, ":15020/metrics, TCP only"),
            Arrival(Signal.SPANS, "ztunnels", Way.IMPOSSIBLE, "ztunnel makes no spans"),
        ]
    return as_wanted(wanted_signals(intent, mesh), rows)


def _stats(mesh: DataPlane, what: str) -> Arrival:
    if mesh.stats_by == "push":
        return Arrival(
            Signal.STATS, what, Way.PUSHED, "OTLP sink in a bootstrap override, pods that are annotated only"
        )
    return Arrival(Signal.STATS, what, Way.SCRAPED, ":15020/stats/prometheus (Istio's metrics and Envoy's)")
