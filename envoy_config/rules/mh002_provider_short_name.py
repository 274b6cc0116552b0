"""MH002."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for provider in estate.providers:
        service = provider.settings.get("service")
        host = service.text.rpartition("/")[2]
        if host and (host.count(".") < 2 or host.endswith(".svc")) and not host.endswith(".local"):
            yield Flaw(service, f"{service.text} is not the full name of a service")


RULE = Rule(
    code="MH002",
    name="provider-short-name",
    severity=Severity.ERROR,
    title="An extension provider names its service in short",
    why="istiod looks the name up in its registry as it is written, `[namespace/]fully.qualified.name`; a "
    "short one is not found, and the provider is left out of every proxy.",
    fix="Write the full name, such as meshhub.observability.svc.cluster.local.",
    find=find,
    bad="""
meshConfig:
  extensionProviders:
  - name: meshhub-traces
    opentelemetry: {service: meshhub.observability, port: 4317}
""",
    good="""
meshConfig:
  extensionProviders:
  - name: meshhub-traces
    opentelemetry: {service: meshhub.observability.svc.cluster.local, port: 4317}
""",
)
