"""MH062."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for tracing in estate.linkerd_tracing:
        endpoint = tracing.get("collector", "endpoint")
        if endpoint.text.endswith((":4318", ":9411")) or "://" in endpoint.text:
            yield Flaw(endpoint, f"{endpoint.text} does not take OTLP over gRPC")


RULE = Rule(
    code="MH062",
    name="linkerd-http-port",
    severity=Severity.ERROR,
    title="Linkerd's collector is named by a port that is not gRPC",
    why="Linkerd's proxies speak OTLP over gRPC and nothing else.",
    fix="Name host:4317, without a scheme.",
    find=find,
    bad="""
proxy:
  tracing:
    enabled: true
    collector:
      endpoint: meshhub.observability:4318
      meshIdentity: {serviceAccountName: meshhub, namespace: observability}
""",
    good="""
proxy:
  tracing:
    enabled: true
    collector:
      endpoint: meshhub.observability:4317
      meshIdentity: {serviceAccountName: meshhub, namespace: observability}
""",
)
