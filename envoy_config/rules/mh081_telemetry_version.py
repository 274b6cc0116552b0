"""MH081."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    if not any(estate.of("ServiceMeshControlPlane")):
        return
    for each in estate.telemetries:
        if each.get("apiVersion").text == "telemetry.istio.io/v1":
            yield Flaw(each.get("apiVersion"), "OpenShift Service Mesh 2 knows Telemetry as v1alpha1 only")


RULE = Rule(
    code="MH081",
    name="telemetry-version",
    severity=Severity.ERROR,
    title="OpenShift Service Mesh 2 does not know this version of Telemetry",
    why="It is based on Istio 1.20: the API server refuses telemetry.istio.io/v1.",
    fix="Write apiVersion: telemetry.istio.io/v1alpha1.",
    find=find,
    bad="""
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: {name: basic, namespace: istio-system}
spec: {version: v2.6}
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: istio-system}
""",
    good="""
apiVersion: maistra.io/v2
kind: ServiceMeshControlPlane
metadata: {name: basic, namespace: istio-system}
spec: {version: v2.6}
---
apiVersion: telemetry.istio.io/v1alpha1
kind: Telemetry
metadata: {name: meshhub, namespace: istio-system}
""",
)
