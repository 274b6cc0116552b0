"""MH011."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate, namespace_of
from envoy_config.rules.model import Flaw, Rule, Severity

ROOT = "istio-system"


def find(estate: Estate) -> Iterator[Flaw]:
    if any(mesh.get("defaultConfig", "tracing", "sampling").present for mesh in estate.mesh_configs):
        return
    entries = [(each, entry) for each in estate.telemetries for entry in each.get("spec", "tracing").items()]
    if any(namespace_of(each) == ROOT and entry.get("randomSamplingPercentage").present for each, entry in entries):
        return
    for _, entry in entries:
        named = entry.get("providers").present and not entry.get("disableSpanReporting").value
        if named and not entry.get("randomSamplingPercentage").present:
            yield Flaw(entry, "no randomSamplingPercentage: the default of 1 % holds")


RULE = Rule(
    code="MH011",
    name="sampling-left-at-default",
    severity=Severity.WARNING,
    title="Sampling is left at 1 %",
    why="Where nothing says otherwise, Istio traces one request in a hundred: the one that failed is most "
    "likely not it.",
    fix="Set randomSamplingPercentage in the entry of spec.tracing.",
    find=find,
    bad="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: istio-system}
spec: {tracing: [{providers: [{name: meshhub-traces}]}]}
""",
    good="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: istio-system}
spec: {tracing: [{providers: [{name: meshhub-traces}], randomSamplingPercentage: 10}]}
""",
)
