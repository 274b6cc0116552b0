"""What mends a fault, in the words of whoever owns the proxies' configuration.

A proxy of the mesh file is configured by meshhub: one line of that file. Any other is wired by the bundle that `meshhub
wire emit` makes for its mesh.
"""

from collections.abc import Sequence

from envoy_config.doctor.model import Cure, Standing, Telemetry

EMIT = "meshhub wire emit"
CHECK = "meshhub wire check"

_KEYS = {Telemetry.ACCESS_LOGS: "access_logs", Telemetry.SPANS: "spans", Telemetry.STATS: "stats"}
_ELSEWHERE = {
    Telemetry.ACCESS_LOGS: (
        "Give every HTTP connection manager and TCP proxy of it the OpenTelemetry access logger "
        "(Istio: Telemetry.accessLogging with the hub as provider; Consul: builtin/otel-access-logging, once for "
        "inbound and once "
        "for outbound; Kuma: MeshAccessLog)."
    ),
    Telemetry.SPANS: (
        "Give it the OpenTelemetry tracer with the hub's cluster (Istio: Telemetry.tracing with the hub as provider; "
        "Kuma: MeshTrace; Linkerd: "
        "proxy.tracing, with a meshed hub)."
    ),
    Telemetry.STATS: (
        "Give it the OpenTelemetry stats sink, which needs a restart of the proxy, or let the hub scrape it "
        "(collector.scrape)."
    ),
}


def send(signal: Telemetry, standings: Sequence[Standing]) -> Cure:
    """Have a signal sent."""
    if any(each.expected for each in standings):
        return Cure(
            f"The mesh file has it send {signal}: the proxy runs with an older configuration, or cannot reach the hub "
            "with it. "
            "Look at its configuration version and at its own log.",
            "meshhub ads status",
        )
    return Cure(_ELSEWHERE[signal], EMIT)


def key_of(signal: Telemetry) -> str:
    """The mesh file's key under `signals`."""
    return _KEYS[signal]
