"""MH060."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate, name_of
from envoy_config.rules.model import Flaw, Rule, Severity

INJECT = "linkerd.io/inject"


def find(estate: Estate) -> Iterator[Flaw]:
    for tracing in estate.linkerd_tracing:
        endpoint = tracing.get("collector", "endpoint")
        labels = endpoint.text.rpartition(":")[0].split(".")
        if len(labels) < 2:
            continue
        namespace = next((each for each in estate.of("Namespace") if name_of(each) == labels[1]), None)
        if namespace is None:
            continue
        pods = [
            workload.get("spec", "template", "metadata", "annotations", INJECT).text
            for service in estate.services
            if [service.name, service.namespace] == labels[:2]
            for workload in estate.workloads_of(service)
        ]
        place = namespace.get("metadata", "annotations", INJECT)
        if place.text not in ("enabled", "ingress") and not any(each in ("enabled", "ingress") for each in pods):
            yield Flaw(place, f"the namespace {labels[1]} of the collector is not injected")


RULE = Rule(
    code="MH060",
    name="linkerd-collector-not-meshed",
    severity=Severity.ERROR,
    title="Linkerd's collector is not in the mesh",
    why="Linkerd's proxies export spans only over mutual TLS to a collector within the mesh: to any other "
    "nothing is sent.",
    fix="Annotate its namespace (or its pods) with linkerd.io/inject: enabled, and restart it.",
    find=find,
    bad="""
proxy:
  tracing:
    enabled: true
    collector:
      endpoint: meshhub.observability:4317
      meshIdentity: {serviceAccountName: meshhub, namespace: observability}
---
kind: Namespace
metadata: {name: observability}
""",
    good="""
proxy:
  tracing:
    enabled: true
    collector:
      endpoint: meshhub.observability:4317
      meshIdentity: {serviceAccountName: meshhub, namespace: observability}
---
kind: Namespace
metadata: {name: observability, annotations: {linkerd.io/inject: enabled}}
""",
)
