"""MH022."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for each in estate.telemetries:
        for entry in each.get("spec", "tracing").items():
            several = list(entry.get("providers").items())
            if len(several) > 1:
                yield Flaw(several[1], f"{len(several)} providers, of which the first one counts")


RULE = Rule(
    code="MH022",
    name="several-tracing-providers",
    severity=Severity.ERROR,
    title="A Telemetry names several tracing providers",
    why="A proxy has one tracer: the others are ignored.",
    fix="Name one provider; let the hub (or a collector) pass spans on to others.",
    find=find,
    bad="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: istio-system}
spec: {tracing: [{providers: [{name: jaeger}, {name: meshhub-traces}]}]}
""",
    good="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: istio-system}
spec: {tracing: [{providers: [{name: meshhub-traces}]}]}
""",
)
