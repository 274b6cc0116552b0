"""MH052."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity
from envoy_config.rules.node import Node

POLICIES = ("MeshAccessLog", "MeshTrace", "MeshMetric")


def find(estate: Estate) -> Iterator[Flaw]:
    for kind, node in estate.kuma:
        if kind in POLICIES:
            if node.get("spec", "from").present:
                yield Flaw(node.get("spec", "from"), "`from` is gone in Kuma 3.0")
            yield from _inline(node)
        if kind == "Mesh":
            for name in ("tracing", "logging"):
                place = node.get("spec", name) if node.get("spec", name).present else node.get(name)
                if place.present:
                    yield Flaw(place, f"`{name}` of a Mesh is gone in Kuma 3.0")


def _inline(policy: Node) -> Iterator[Flaw]:
    for node in policy.get("spec").walk():
        endpoint = node.get("openTelemetry", "endpoint")
        if endpoint.present:
            yield Flaw(endpoint, "an endpoint in place is gone in Kuma 3.0")


RULE = Rule(
    code="MH052",
    name="kuma-gone-in-3",
    severity=Severity.INFO,
    title="A field of Kuma is gone in 3.0",
    why="Kuma 2.14 still takes it and warns; 3.0 ignores or refuses it, and the telemetry ends with the upgrade.",
    fix="Use a MeshOpenTelemetryBackend with backendRef (2.14 or newer), and `rules` in place of `from`.",
    find=find,
    bad="""
apiVersion: kuma.io/v1alpha1
kind: MeshMetric
metadata: {name: meshhub, namespace: kuma-system}
spec:
  default: {backends: [{type: OpenTelemetry, openTelemetry: {endpoint: "meshhub.observability:4317"}}]}
""",
    good="""
apiVersion: kuma.io/v1alpha1
kind: MeshMetric
metadata: {name: meshhub, namespace: kuma-system}
spec:
  default:
    backends:
    - type: OpenTelemetry
      openTelemetry: {backendRef: {kind: MeshOpenTelemetryBackend, labels: {kuma.io/display-name: meshhub}}}
""",
)
