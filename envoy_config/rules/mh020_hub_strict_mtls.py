"""MH020."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate, namespace_of
from envoy_config.rules.injection import injected
from envoy_config.rules.model import Flaw, Rule, Severity

ROOT = "istio-system"


def find(estate: Estate) -> Iterator[Flaw]:
    meshed = {
        service.namespace
        for service in estate.collectors
        for workload in estate.workloads_of(service)
        if injected(estate, workload)
    }
    for each in estate.of("PeerAuthentication"):
        mode = each.get("spec", "mtls", "mode")
        wide = not each.get("spec", "selector").present
        if mode.text == "STRICT" and wide and meshed and (namespace_of(each) in meshed or namespace_of(each) == ROOT):
            yield Flaw(mode, "the receiver of telemetry takes mutual TLS only")


RULE = Rule(
    code="MH020",
    name="hub-strict-mtls",
    severity=Severity.WARNING,
    title="The receiver of telemetry takes mutual TLS only",
    why="It is in the mesh, and the mode is STRICT: senders outside the mesh (applications without a sidecar, "
    "collectors, other clusters) are refused.",
    fix="Keep the receiver out of the mesh, or make its ports PERMISSIVE by portLevelMtls.",
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
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: STRICT}}
---
meshConfig:
  extensionProviders:
  - name: meshhub-traces
    opentelemetry: {service: meshhub.observability.svc.cluster.local, port: 4317}
""",
    good="""
kind: Service
metadata: {name: meshhub, namespace: observability}
spec: {selector: {app: meshhub}, ports: [{name: grpc-otlp, port: 4317}]}
---
kind: Deployment
metadata: {name: meshhub, namespace: observability}
spec: {template: {metadata: {labels: {app: meshhub, sidecar.istio.io/inject: "false"}}}}
---
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: STRICT}}
---
meshConfig:
  extensionProviders:
  - name: meshhub-traces
    opentelemetry: {service: meshhub.observability.svc.cluster.local, port: 4317}
""",
)
