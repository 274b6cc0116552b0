"""MH091."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.knative import ENDPOINTS, observability
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for data in observability(estate):
        for name in ENDPOINTS:
            wrong = "/v1/metrics" if name == "tracing-endpoint" else "/v1/traces"
            if data.get(name).text.rstrip("/").endswith(wrong):
                yield Flaw(data.get(name), f"{name} ends with {wrong}")


RULE = Rule(
    code="MH091",
    name="knative-wrong-path",
    severity=Severity.ERROR,
    title="An endpoint of Knative has the path of another signal",
    why="The example in Knative's own ConfigMap gives …/v1/traces for metrics: the receiver refuses what comes.",
    fix="Metrics go to /v1/metrics, spans to /v1/traces.",
    find=find,
    bad="""
kind: ConfigMap
metadata: {name: config-observability, namespace: knative-serving}
data: {metrics-protocol: http/protobuf, metrics-endpoint: "http://meshhub.observability:4318/v1/traces"}
""",
    good="""
kind: ConfigMap
metadata: {name: config-observability, namespace: knative-serving}
data: {metrics-protocol: http/protobuf, metrics-endpoint: "http://meshhub.observability:4318/v1/metrics"}
""",
)
