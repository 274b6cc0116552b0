"""MH080."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity

TRACERS = ("opentelemetry", "zipkin")


def find(estate: Estate) -> Iterator[Flaw]:
    for each in estate.of("ServiceMeshControlPlane"):
        providers = each.get("spec", "meshConfig", "extensionProviders")
        traces = any(provider.get(name).present for provider in providers.items() for name in TRACERS)
        kind = each.get("spec", "tracing", "type")
        if traces and kind.text != "None":
            yield Flaw(kind, "the operator wires its own Jaeger beside the extension provider")


RULE = Rule(
    code="MH080",
    name="smcp-tracing-type",
    severity=Severity.ERROR,
    title="OpenShift Service Mesh 2 wires its own Jaeger",
    why="Unless spec.tracing.type is None, the operator installs and configures Jaeger, and proxies report there.",
    fix="Set spec.tracing: {type: None}.",
    find=find,
    bad="""
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: {name: basic, namespace: istio-system}
spec:
  meshConfig:
    extensionProviders:
    - {name: otel, opentelemetry: {service: meshhub.observability.svc.cluster.local, port: 4317}}
""",
    good="""
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: {name: basic, namespace: istio-system}
spec:
  tracing: {type: None}
  meshConfig:
    extensionProviders:
    - {name: otel, opentelemetry: {service: meshhub.observability.svc.cluster.local, port: 4317}}
""",
)
