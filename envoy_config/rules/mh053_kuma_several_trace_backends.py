"""MH053."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for kind, node in estate.kuma:
        several = list(node.get("spec", "default", "backends").items()) if kind == "MeshTrace" else []
        if len(several) > 1:
            yield Flaw(several[1], f"{len(several)} backends, of which Kuma takes one")


RULE = Rule(
    code="MH053",
    name="kuma-several-trace-backends",
    severity=Severity.ERROR,
    title="A MeshTrace has several backends",
    why="A proxy has one tracer: Kuma refuses a second backend.",
    fix="Keep one backend; let the hub (or a collector) pass spans on to others.",
    find=find,
    bad="""
apiVersion: kuma.io/v1alpha1
kind: MeshTrace
metadata: {name: meshhub, namespace: kuma-system}
spec:
  default:
    backends:
    - {type: Datadog, datadog: {url: "http://127.0.0.1:8126"}}
    - {type: Zipkin, zipkin: {url: "http://a:9411/api/v2/spans", traceId128bit: true, sharedSpanContext: false}}
""",
    good="""
apiVersion: kuma.io/v1alpha1
kind: MeshTrace
metadata: {name: meshhub, namespace: kuma-system}
spec:
  default:
    backends:
    - {type: Zipkin, zipkin: {url: "http://a:9411/api/v2/spans", traceId128bit: true, sharedSpanContext: false}}
""",
)
