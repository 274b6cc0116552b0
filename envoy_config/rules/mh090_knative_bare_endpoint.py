"""MH090."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.knative import ENDPOINTS, observability
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for data in observability(estate):
        for name in ENDPOINTS:
            if data.get(name).text and "://" not in data.get(name).text:
                yield Flaw(data.get(name), f"{data.get(name).text} has no scheme, which Knative reads as https://")


RULE = Rule(
    code="MH090",
    name="knative-bare-endpoint",
    severity=Severity.ERROR,
    title="An endpoint of Knative has no scheme",
    why="A bare host:port means TLS to Knative: the handshake with a plain port fails, and nothing arrives.",
    fix="Write http://host:4317.",
    find=find,
    bad="""
kind: ConfigMap
metadata: {name: config-observability, namespace: knative-serving}
data: {metrics-protocol: grpc, metrics-endpoint: "meshhub.observability:4317"}
""",
    good="""
kind: ConfigMap
metadata: {name: config-observability, namespace: knative-serving}
data: {metrics-protocol: grpc, metrics-endpoint: "http://meshhub.observability:4317"}
""",
)
