"""MH005."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity

PROTOCOLS = frozenset({"grpc", "grpc-web", "http2", "kubernetes.io/h2c", "h2c"})


def find(estate: Estate) -> Iterator[Flaw]:
    for provider in estate.providers:
        service = estate.service(provider.settings.get("service").text)
        port = service.port(provider.settings.get("port").number) if service and provider.grpc else None
        if port is None:
            continue
        protocol, name = port.get("appProtocol").text.lower(), port.get("name")
        says = name.text.partition("-")[0] in ("grpc", "http2")
        if protocol not in PROTOCOLS and (protocol or not says):
            called = f"called {name.text}" if name.text else "without a name"
            yield Flaw(port, f"port {port.get('port').value} is {called}: proxies speak HTTP/1.1 or plain TCP to it")


RULE = Rule(
    code="MH005",
    name="port-not-grpc",
    severity=Severity.ERROR,
    title="A port that takes gRPC is not named as one",
    why="Istio speaks HTTP/2 just to ports that say so; on any other one gRPC fails and nothing arrives.",
    fix="Call the port grpc-… (or http2-…), or set appProtocol: grpc.",
    find=find,
    bad="""
kind: Service
metadata: {name: meshhub, namespace: observability}
spec: {ports: [{name: otlp, port: 4317}]}
---
meshConfig:
  extensionProviders:
  - name: meshhub-logs
    envoyOtelAls: {service: meshhub.observability.svc.cluster.local, port: 4317}
""",
    good="""
kind: Service
metadata: {name: meshhub, namespace: observability}
spec: {ports: [{name: grpc-otlp, port: 4317}]}
---
meshConfig:
  extensionProviders:
  - name: meshhub-logs
    envoyOtelAls: {service: meshhub.observability.svc.cluster.local, port: 4317}
""",
)
