"""MH006."""

from collections import defaultdict
from collections.abc import Iterator

from envoy_config.rules.estate import Estate, name_of, where
from envoy_config.rules.model import Flaw, Rule, Severity
from envoy_config.rules.node import Node


def find(estate: Estate) -> Iterator[Flaw]:
    by_namespace: dict[str, list[Node]] = defaultdict(list)
    for each in estate.telemetries:
        if not each.get("spec", "selector").present and not each.get("spec", "targetRefs").present:
            by_namespace[where(each)].append(each)
    for namespace, several in by_namespace.items():
        for each in several[1:]:
            others = ", ".join(sorted(name_of(other) for other in several if other is not each))
            yield Flaw(each.get("metadata", "name"), f"{namespace} has another one without a selector: {others}")


RULE = Rule(
    code="MH006",
    name="several-telemetries",
    severity=Severity.ERROR,
    title="A namespace has several Telemetries without a selector",
    why="Istio takes just one of them, the oldest, and ignores the others.",
    fix="Put everything into one Telemetry, or give the others a selector or targetRefs.",
    find=find,
    bad="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: logs, namespace: shop}
spec: {accessLogging: [{providers: [{name: meshhub-logs}]}]}
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: metrics, namespace: shop}
spec: {metrics: [{providers: [{name: prometheus}]}]}
""",
    good="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: all, namespace: shop}
spec:
  accessLogging: [{providers: [{name: meshhub-logs}]}]
  metrics: [{providers: [{name: prometheus}]}]
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: cart, namespace: shop}
spec: {selector: {matchLabels: {app: cart}}, metrics: [{providers: [{name: prometheus}]}]}
""",
)
