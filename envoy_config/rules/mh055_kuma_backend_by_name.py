"""MH055."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    backends = [node for kind, node in estate.kuma if kind == "MeshOpenTelemetryBackend"]
    names = {each.get("metadata", "name").text or each.get("name").text for each in backends}
    for kind, policy in estate.kuma:
        for node in policy.get("spec").walk() if kind.startswith("Mesh") else ():
            reference = node.get("openTelemetry", "backendRef")
            if not reference.present:
                continue
            chosen = reference.get("labels", "kuma.io/display-name")
            if reference.get("name").present and not reference.get("labels").present:
                yield Flaw(reference.get("name"), "a backend is chosen by labels, not by name")
            elif backends and chosen.text and chosen.text not in names:
                yield Flaw(chosen, f"there is no MeshOpenTelemetryBackend {chosen.text}")


RULE = Rule(
    code="MH055",
    name="kuma-backend-not-found",
    severity=Severity.ERROR,
    title="A policy of Kuma does not find its backend",
    why="backendRef chooses by labels only. A backend that is not found is reported in DataplaneInsight "
    "alone; nothing is sent.",
    fix="Set backendRef.labels: {kuma.io/display-name: …} to the name of a MeshOpenTelemetryBackend of this mesh.",
    find=find,
    bad="""
apiVersion: kuma.io/v1alpha1
kind: MeshTrace
metadata: {name: meshhub, namespace: kuma-system}
spec:
  default:
    backends:
    - {type: OpenTelemetry, openTelemetry: {backendRef: {kind: MeshOpenTelemetryBackend, name: meshhub}}}
""",
    good="""
apiVersion: kuma.io/v1alpha1
kind: MeshTrace
metadata: {name: meshhub, namespace: kuma-system}
spec:
  default:
    backends:
    - type: OpenTelemetry
      openTelemetry: {backendRef: {kind: MeshOpenTelemetryBackend, labels: {kuma.io/display-name: meshhub}}}
""",
)
