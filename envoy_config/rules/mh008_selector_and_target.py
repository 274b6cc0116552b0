"""MH008."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for each in estate.telemetries:
        targets = each.get("spec", "targetRefs")
        if each.get("spec", "selector").present and (targets.present or each.get("spec", "targetRef").present):
            yield Flaw(targets, "it has a selector and targetRefs")


RULE = Rule(
    code="MH008",
    name="selector-and-target",
    severity=Severity.ERROR,
    title="A Telemetry has both a selector and targetRefs",
    why="Istio takes one or the other; its webhook refuses both, and without the webhook only one counts.",
    fix="Make two Telemetries of it: one with the selector, one with targetRefs.",
    find=find,
    bad="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: waypoint}]
""",
    good="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
""",
)
