"""MH092."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate, name_of
from envoy_config.rules.knative import observability
from envoy_config.rules.model import Flaw, Rule, Severity

GONE = ("metrics.backend-destination", "metrics.opencensus-address")
GONE_TRACING = ("backend", "zipkin-endpoint", "sample-rate")


def find(estate: Estate) -> Iterator[Flaw]:
    for data in observability(estate):
        for name in GONE:
            if data.get(name).present:
                yield Flaw(data.get(name), f"{name} is not read any more")
    for each in estate.of("ConfigMap"):
        if name_of(each) == "config-tracing":
            for name in GONE_TRACING:
                if each.get("data", name).present:
                    yield Flaw(each.get("data", name), "config-tracing is not read any more")


RULE = Rule(
    code="MH092",
    name="knative-old-keys",
    severity=Severity.WARNING,
    title="Knative does not read these keys any more",
    why="Since OpenTelemetry took the place of OpenCensus, the keys of Zipkin and OpenCensus do nothing.",
    fix="Use metrics-protocol, metrics-endpoint, tracing-protocol and tracing-endpoint in config-observability.",
    find=find,
    bad="""
kind: ConfigMap
metadata: {name: config-tracing, namespace: knative-serving}
data: {backend: zipkin, zipkin-endpoint: "http://zipkin:9411/api/v2/spans"}
""",
    good="""
kind: ConfigMap
metadata: {name: config-observability, namespace: knative-serving}
data: {tracing-protocol: http/protobuf, tracing-endpoint: "http://meshhub.observability:4318/v1/traces"}
""",
)
