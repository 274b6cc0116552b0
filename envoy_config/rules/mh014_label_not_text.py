"""MH014."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for provider in estate.providers:
        if provider.kind == "envoyOtelAls":
            for key, label in provider.settings.get("logFormat", "labels").fields():
                if not isinstance(label.value, str):
                    yield Flaw(label, f"the label {key} is no text: it arrives empty")


RULE = Rule(
    code="MH014",
    name="label-not-text",
    severity=Severity.WARNING,
    title="A label of an access log is no text",
    why="Istio keeps only labels that are strings; numbers, booleans and objects become empty.",
    fix='Write the value in quotes, such as "1".',
    find=find,
    bad="""
meshConfig:
  extensionProviders:
  - name: meshhub-logs
    envoyOtelAls:
      service: meshhub.observability.svc.cluster.local
      port: 4317
      logFormat: {labels: {workload: "%ENVIRONMENT(ISTIO_META_WORKLOAD_NAME)%", tier: 1}}
""",
    good="""
meshConfig:
  extensionProviders:
  - name: meshhub-logs
    envoyOtelAls:
      service: meshhub.observability.svc.cluster.local
      port: 4317
      logFormat: {labels: {workload: "%ENVIRONMENT(ISTIO_META_WORKLOAD_NAME)%", tier: "1"}}
""",
)
