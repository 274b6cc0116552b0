"""MH013."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for each in estate.telemetries:
        for section, name in (("tracing", "disableSpanReporting"), ("accessLogging", "disabled")):
            for entry in each.get("spec", section).items():
                if entry.get(name).value is True:
                    yield Flaw(entry.get(name), f"{section} is off for what this Telemetry is about")


RULE = Rule(
    code="MH013",
    name="reporting-off",
    severity=Severity.INFO,
    title="A Telemetry turns reporting off",
    why="The section of a narrower Telemetry replaces that of a wider one as a whole: these workloads report "
    "nothing, whatever the mesh-wide Telemetry says.",
    fix="Remove the field, or the Telemetry, if these workloads are to be seen.",
    find=find,
    bad="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: quiet, namespace: shop}
spec: {accessLogging: [{disabled: true}]}
""",
    good="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: loud, namespace: shop}
spec: {accessLogging: [{providers: [{name: meshhub-logs}]}]}
""",
)
