"""MH019."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.injection import LABEL, injected
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for service in estate.collectors:
        for workload in estate.workloads_of(service):
            if injected(estate, workload):
                place = workload.get("spec", "template", "metadata", "labels", LABEL)
                yield Flaw(place, f"what proxies report to ({service.namespace}/{service.name}) has a sidecar itself")


RULE = Rule(
    code="MH019",
    name="hub-loop",
    severity=Severity.ERROR,
    title="The receiver of telemetry is in the mesh",
    why="Its sidecar logs the calls that bring the logs, and sends logs of them: a loop that feeds itself. "
    "Linkerd is the exception, whose proxies report only to meshed receivers.",
    fix='Set the label sidecar.istio.io/inject: "false" in its pod template.',
    find=find,
    bad="""
kind: Namespace
metadata: {name: observability, labels: {istio-injection: enabled}}
---
kind: Service
metadata: {name: meshhub, namespace: observability}
spec: {selector: {app: meshhub}, ports: [{name: grpc-otlp, port: 4317}]}
---
kind: Deployment
metadata: {name: meshhub, namespace: observability}
spec: {template: {metadata: {labels: {app: meshhub}}}}
---
meshConfig:
  extensionProviders:
  - name: meshhub-traces
    opentelemetry: {service: meshhub.observability.svc.cluster.local, port: 4317}
""",
    good="""
kind: Namespace
metadata: {name: observability, labels: {istio-injection: enabled}}
---
kind: Service
metadata: {name: meshhub, namespace: observability}
spec: {selector: {app: meshhub}, ports: [{name: grpc-otlp, port: 4317}]}
---
kind: Deployment
metadata: {name: meshhub, namespace: observability}
spec: {template: {metadata: {labels: {app: meshhub, sidecar.istio.io/inject: "false"}}}}
---
meshConfig:
  extensionProviders:
  - name: meshhub-traces
    opentelemetry: {service: meshhub.observability.svc.cluster.local, port: 4317}
""",
)
