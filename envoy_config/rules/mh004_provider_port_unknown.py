"""MH004."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for provider in estate.providers:
        service, port = estate.service(provider.settings.get("service").text), provider.settings.get("port")
        if service and port.number is not None and service.port(port.number) is None:
            yield Flaw(port, f"the Service {service.namespace}/{service.name} has no port {port.value}")


RULE = Rule(
    code="MH004",
    name="provider-port-unknown",
    severity=Severity.ERROR,
    title="An extension provider names a port that its Service does not have",
    why="Proxies get a logger or tracer whose cluster does not exist: what they report is dropped.",
    fix="Name a port of the Service, or add it there (4317 for gRPC, 4318 for HTTP, 9411 for Zipkin).",
    find=find,
    bad="""
kind: Service
metadata: {name: meshhub, namespace: observability}
spec: {ports: [{name: http-otlp, port: 4318}]}
---
meshConfig:
  extensionProviders:
  - name: meshhub-logs
    envoyOtelAls: {service: meshhub.observability.svc.cluster.local, port: 4317}
""",
    good="""
kind: Service
metadata: {name: meshhub, namespace: observability}
spec: {ports: [{name: http-otlp, port: 4318}, {name: grpc-otlp, port: 4317}]}
---
meshConfig:
  extensionProviders:
  - name: meshhub-logs
    envoyOtelAls: {service: meshhub.observability.svc.cluster.local, port: 4317}
""",
)
