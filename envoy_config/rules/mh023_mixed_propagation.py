"""MH023."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity
from envoy_config.rules.node import Node

BOTH = "USE_B3_WITH_W3C_PROPAGATION"


def find(estate: Estate) -> Iterator[Flaw]:
    w3c = (
        any(each.kind == "opentelemetry" for each in estate.providers)
        or any(True for _ in estate.typed("OpenTelemetryConfig"))
        or any(_kuma_backend(node, "OpenTelemetry") for _, node in estate.kuma)
    )
    if not w3c:
        return
    b3: list[Node] = [
        *(each.settings.get("traceContextOption") for each in estate.providers if each.kind == "zipkin"),
        *(node.get("trace_context_option") for _, node in estate.typed("ZipkinConfig")),
    ]
    for option in b3:
        if option.text != BOTH:
            yield Flaw(option, "this tracer passes on B3 only, others of this mesh W3C")


def _kuma_backend(node: Node, kind: str) -> bool:
    return any(each.get("type").text == kind for each in node.get("spec", "default", "backends").items())


RULE = Rule(
    code="MH023",
    name="mixed-propagation",
    severity=Severity.ERROR,
    title="B3 and W3C trace context are mixed",
    why="A hop that passes on B3 and one that reads W3C do not understand each other: the second starts a new "
    "trace, and every request falls into pieces.",
    fix="Use one tracer for all, or set traceContextOption: USE_B3_WITH_W3C_PROPAGATION (Istio 1.28 or newer) "
    "and 128-bit trace ids.",
    find=find,
    bad="""
meshConfig:
  extensionProviders:
  - name: meshhub-traces
    opentelemetry: {service: meshhub.observability.svc.cluster.local, port: 4317}
  - name: meshhub-zipkin
    zipkin: {service: meshhub.observability.svc.cluster.local, port: 9411}
""",
    good="""
meshConfig:
  extensionProviders:
  - name: meshhub-traces
    opentelemetry: {service: meshhub.observability.svc.cluster.local, port: 4317}
  - name: meshhub-zipkin
    zipkin:
      service: meshhub.observability.svc.cluster.local
      port: 9411
      traceContextOption: USE_B3_WITH_W3C_PROPAGATION
""",
)
