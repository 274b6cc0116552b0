"""MH061."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for tracing in estate.linkerd_tracing:
        identity = tracing.get("collector", "meshIdentity")
        for name in ("serviceAccountName", "namespace"):
            if tracing.get("enabled").value is True and not identity.get(name).text:
                yield Flaw(identity.get(name), f"meshIdentity.{name} of the collector is missing")


RULE = Rule(
    code="MH061",
    name="linkerd-identity-missing",
    severity=Severity.ERROR,
    title="Linkerd is not told who its collector is",
    why="The proxies accept the collector by its identity only; without meshIdentity the chart fails.",
    fix="Set proxy.tracing.collector.meshIdentity with serviceAccountName and namespace of the hub.",
    find=find,
    bad="""
proxy: {tracing: {enabled: true, collector: {endpoint: "meshhub.observability:4317"}}}
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
