"""MH009."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity

FIELDS = ("randomSamplingPercentage", "useRequestIdForTraceSampling", "disableSpanReporting", "customTags")


def find(estate: Estate) -> Iterator[Flaw]:
    for telemetry in estate.telemetries:
        spec = telemetry.get("spec")
        for entry in spec.get("tracing").items():
            for below in [*entry.get("providers").items(), entry.get("match")]:
                for name in FIELDS:
                    if below.get(name).present:
                        yield Flaw(below.get(name), f"{name} stands in {below.name}, where it is dropped")
        for name in FIELDS:
            if spec.get(name).present:
                yield Flaw(spec.get(name), f"{name} stands in spec, where it is dropped")


RULE = Rule(
    code="MH009",
    name="sampling-too-deep",
    severity=Severity.ERROR,
    title="A tracing field stands where it is dropped",
    why="These fields belong to an entry of spec.tracing. One level deeper (in a provider, as a vendor's own "
    "example has it) or higher they are dropped in silence, and 1 % of the requests stay sampled.",
    fix="Move the field to spec.tracing[], beside providers.",
    find=find,
    bad="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: istio-system}
spec:
  tracing:
  - providers:
    - name: meshhub-traces
      randomSamplingPercentage: 100
""",
    good="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: istio-system}
spec:
  tracing:
  - providers:
    - name: meshhub-traces
    randomSamplingPercentage: 100
""",
)
