"""MH010."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    places = [
        *(
            entry.get("randomSamplingPercentage")
            for each in estate.telemetries
            for entry in each.get("spec", "tracing").items()
        ),
        *(mesh.get("defaultConfig", "tracing", "sampling") for mesh in estate.mesh_configs),
        *(
            node.get("spec", "default", "sampling", name)
            for kind, node in estate.kuma
            if kind == "MeshTrace"
            for name in ("overall", "random")
        ),
        *(
            node.get("tracing", name, "value")
            for _, node in estate.typed("HttpConnectionManager")
            for name in ("random_sampling", "overall_sampling")
        ),
    ]
    for place in places:
        if place.number == 0:
            yield Flaw(place, "0 % of the requests are traced")


RULE = Rule(
    code="MH010",
    name="sampling-zero",
    severity=Severity.WARNING,
    title="Nothing is sampled",
    why="Only requests that arrive with a sampled trace context give spans; all others have none.",
    fix="Set the share of requests to be traced, up to 100.",
    find=find,
    bad="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: istio-system}
spec: {tracing: [{providers: [{name: meshhub-traces}], randomSamplingPercentage: 0}]}
""",
    good="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: istio-system}
spec: {tracing: [{providers: [{name: meshhub-traces}], randomSamplingPercentage: 100}]}
""",
)
