"""MH001."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity

BUILT_IN = frozenset({"prometheus", "stackdriver", "envoy"})


def find(estate: Estate) -> Iterator[Flaw]:
    if not estate.mesh_configs:
        return
    known = BUILT_IN | {each.name for each in estate.providers}
    for telemetry in estate.telemetries:
        for section in ("accessLogging", "tracing", "metrics"):
            for entry in telemetry.get("spec", section).items():
                for provider in entry.get("providers").items():
                    name = provider.get("name")
                    if name.text and name.text not in known:
                        yield Flaw(name, f"the mesh configuration has no extension provider {name.text}")


RULE = Rule(
    code="MH001",
    name="unknown-provider",
    severity=Severity.ERROR,
    title="A Telemetry names an extension provider that the mesh configuration does not have",
    why="istiod leaves the logger, tracer or metrics out and says so only in its own log: nothing arrives.",
    fix="Add the provider to meshConfig.extensionProviders, or name one that is there.",
    find=find,
    bad="""
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    extensionProviders:
    - name: meshhub-logs
      envoyOtelAls: {service: meshhub.observability.svc.cluster.local, port: 4317}
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: istio-system}
spec:
  accessLogging:
  - providers: [{name: meshhub-log}]
""",
    good="""
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    extensionProviders:
    - name: meshhub-logs
      envoyOtelAls: {service: meshhub.observability.svc.cluster.local, port: 4317}
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: istio-system}
spec:
  accessLogging:
  - providers: [{name: meshhub-logs}]
""",
)
