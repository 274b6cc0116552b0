"""MH007."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate, name_of, namespace_of
from envoy_config.rules.model import Flaw, Rule, Severity

GATEWAY = "gateway.networking.k8s.io/gateway-name"
CLASS = "istio-waypoint"


def find(estate: Estate) -> Iterator[Flaw]:
    waypoints = {
        (namespace_of(each), name_of(each))
        for each in estate.of("Gateway", group="gateway.networking.k8s.io")
        if each.get("spec", "gatewayClassName").text == CLASS
    }
    for telemetry in estate.telemetries:
        selector = telemetry.get("spec", "selector", "matchLabels")
        name = selector.get(GATEWAY).text
        if name and ((namespace_of(telemetry), name) in waypoints or (not waypoints and "waypoint" in name)):
            yield Flaw(telemetry.get("spec", "selector"), f"a selector chooses the waypoint {name}")


RULE = Rule(
    code="MH007",
    name="waypoint-selector",
    severity=Severity.ERROR,
    title="A Telemetry chooses a waypoint by a selector",
    why="Waypoints obey only a Telemetry with targetRefs; one with a selector does nothing there.",
    fix="Replace the selector by targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: …}].",
    find=find,
    bad="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: shop}
spec:
  selector: {matchLabels: {gateway.networking.k8s.io/gateway-name: waypoint}}
  accessLogging: [{providers: [{name: meshhub-logs}]}]
""",
    good="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: waypoint}]
  accessLogging: [{providers: [{name: meshhub-logs}]}]
""",
)
