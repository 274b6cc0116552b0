"""MH024."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for provider in estate.providers:
        short = provider.settings.get("enable64bitTraceId")
        if provider.kind == "zipkin" and short.value is True:
            yield Flaw(short, "trace ids have 64 bits")
    for _, tracer in estate.typed("ZipkinConfig"):
        if tracer.get("trace_id_128bit").value is not True:
            yield Flaw(tracer.get("trace_id_128bit"), "trace ids have 64 bits, as is the default")
    for kind, node in estate.kuma:
        for backend in node.get("spec", "default", "backends").items() if kind == "MeshTrace" else ():
            wide = backend.get("zipkin", "traceId128bit")
            if backend.get("type").text == "Zipkin" and wide.value is not True:
                yield Flaw(wide, "trace ids have 64 bits, as is the default")


RULE = Rule(
    code="MH024",
    name="zipkin-64-bit",
    severity=Severity.WARNING,
    title="Zipkin trace ids have 64 bits",
    why="Half an id does not join with the 128-bit ids of OpenTelemetry: spans of applications and of proxies "
    "are in different traces.",
    fix="Set trace_id_128bit: true (Envoy), traceId128bit: true (Kuma), enable64bitTraceId: false (Istio).",
    find=find,
    bad="""
apiVersion: kuma.io/v1alpha1
kind: MeshTrace
metadata: {name: meshhub, namespace: kuma-system}
spec:
  default:
    backends:
    - {type: Zipkin, zipkin: {url: "http://meshhub.observability:9411/api/v2/spans", sharedSpanContext: false}}
""",
    good="""
apiVersion: kuma.io/v1alpha1
kind: MeshTrace
metadata: {name: meshhub, namespace: kuma-system}
spec:
  default:
    backends:
    - type: Zipkin
      zipkin:
        url: http://meshhub.observability:9411/api/v2/spans
        traceId128bit: true
        sharedSpanContext: false
""",
)
