"""MH021."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity

GRPC, HTTP = 4317, 4318


def find(estate: Estate) -> Iterator[Flaw]:
    for provider in estate.providers:
        port = provider.settings.get("port")
        if provider.grpc and port.number == HTTP:
            hint = " (there is no HTTP variant)" if provider.kind != "opentelemetry" else ""
            yield Flaw(port, f"{provider.kind} speaks gRPC{hint}, and 4318 is the port of OTLP over HTTP")
        if provider.kind == "opentelemetry" and not provider.grpc and port.number == GRPC:
            yield Flaw(port, "with http it speaks HTTP, and 4317 is the port of OTLP over gRPC")


RULE = Rule(
    code="MH021",
    name="provider-port-protocol",
    severity=Severity.ERROR,
    title="An extension provider speaks another protocol than its port",
    why="gRPC on the HTTP port, or HTTP on the gRPC port, is refused on every export: nothing arrives.",
    fix="4317 for gRPC, 4318 for opentelemetry with http.",
    find=find,
    bad="""
meshConfig:
  extensionProviders:
  - name: meshhub-traces
    opentelemetry: {service: meshhub.observability.svc.cluster.local, port: 4318}
""",
    good="""
meshConfig:
  extensionProviders:
  - name: meshhub-traces
    opentelemetry: {service: meshhub.observability.svc.cluster.local, port: 4318, http: {path: /v1/traces}}
""",
)
