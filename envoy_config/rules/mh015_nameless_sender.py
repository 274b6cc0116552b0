"""MH015."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity

NAMES = ("WORKLOAD_NAME", "POD_NAME", "xds.node", "SERVICE_ACCOUNT", "PEER_URI_SAN", "LOCAL_URI_SAN")


def find(estate: Estate) -> Iterator[Flaw]:
    for provider in estate.providers:
        if provider.kind != "envoyOtelAls":
            continue
        labels = provider.settings.get("logFormat", "labels")
        values = " ".join(str(label.value) for _, label in labels.fields())
        if not any(name in values for name in NAMES):
            yield Flaw(labels, "no label says which workload a log comes from")


RULE = Rule(
    code="MH015",
    name="nameless-sender",
    severity=Severity.ERROR,
    title="Access logs do not say who sent them",
    why="Istio sends OTLP access logs with an empty resource: no node, no service name. What the labels do "
    "not say, nobody knows; without labels just a line of text arrives.",
    fix='Add labels such as workload: "%ENVIRONMENT(ISTIO_META_WORKLOAD_NAME)%" and namespace: '
    '"%ENVIRONMENT(POD_NAMESPACE)%"; `meshhub wire emit` writes them all.',
    find=find,
    bad="""
meshConfig:
  extensionProviders:
  - name: meshhub-logs
    envoyOtelAls:
      service: meshhub.observability.svc.cluster.local
      port: 4317
      logFormat: {labels: {code: "%RESPONSE_CODE%"}}
""",
    good="""
meshConfig:
  extensionProviders:
  - name: meshhub-logs
    envoyOtelAls:
      service: meshhub.observability.svc.cluster.local
      port: 4317
      logFormat:
        labels:
          code: "%RESPONSE_CODE%"
          workload: "%ENVIRONMENT(ISTIO_META_WORKLOAD_NAME)%"
          namespace: "%ENVIRONMENT(POD_NAMESPACE)%"
""",
)
