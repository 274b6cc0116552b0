"""MH051."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for kind, node in estate.kuma:
        mode = node.get("spec", "env", "mode")
        if kind == "MeshOpenTelemetryBackend" and mode.text != "Disabled":
            yield Flaw(mode, "OTEL_EXPORTER_OTLP_* in a sidecar's environment wins over this backend")


RULE = Rule(
    code="MH051",
    name="kuma-env-first",
    severity=Severity.WARNING,
    title="The environment of a sidecar wins over the backend",
    why="By default variables such as OTEL_EXPORTER_OTLP_ENDPOINT come first, and pods often have them for "
    "their application: the telemetry of the proxy silently goes there.",
    fix="Set spec.env.mode: Disabled.",
    find=find,
    bad="""
apiVersion: kuma.io/v1alpha1
kind: MeshOpenTelemetryBackend
metadata: {name: meshhub, namespace: kuma-system}
spec: {endpoint: {address: meshhub.observability, port: 4317}, protocol: grpc}
""",
    good="""
apiVersion: kuma.io/v1alpha1
kind: MeshOpenTelemetryBackend
metadata: {name: meshhub, namespace: kuma-system}
spec: {endpoint: {address: meshhub.observability, port: 4317}, protocol: grpc, env: {mode: Disabled}}
""",
)
