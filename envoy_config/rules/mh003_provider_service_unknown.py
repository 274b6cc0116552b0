"""MH003."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    hosts = {host.text for each in estate.of("ServiceEntry") for host in each.get("spec", "hosts").items()}
    for provider in estate.providers:
        service = provider.settings.get("service")
        host = service.text.rpartition("/")[2]
        if not host or host in hosts:
            continue
        if ".svc." in host:
            if estate.services and estate.service(service.text) is None:
                yield Flaw(service, f"there is no Service for {host}")
        elif host.count(".") >= 2 and (estate.services or hosts):
            yield Flaw(service, f"{host} is outside the cluster and there is no ServiceEntry for it")


RULE = Rule(
    code="MH003",
    name="provider-service-unknown",
    severity=Severity.ERROR,
    title="The service of an extension provider is not in Istio's registry",
    why="A provider whose service istiod does not find is left out of every proxy; only the metric "
    "provider_lookup_cluster_failures of istiod shows it.",
    fix="Make the Service, or for a hub outside the cluster a ServiceEntry with resolution DNS.",
    find=find,
    bad="""
kind: Service
metadata: {name: meshhub, namespace: monitoring}
spec: {ports: [{name: grpc-otlp, port: 4317}]}
---
meshConfig:
  extensionProviders:
  - name: meshhub-traces
    opentelemetry: {service: meshhub.observability.svc.cluster.local, port: 4317}
""",
    good="""
kind: Service
metadata: {name: meshhub, namespace: observability}
spec: {ports: [{name: grpc-otlp, port: 4317}]}
---
meshConfig:
  extensionProviders:
  - name: meshhub-traces
    opentelemetry: {service: meshhub.observability.svc.cluster.local, port: 4317}
""",
)
