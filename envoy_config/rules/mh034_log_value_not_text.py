"""MH034."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity
from envoy_config.rules.node import Node

NOT_TEXT = ("int_value", "double_value", "bool_value", "bytes_value")


def find(estate: Estate) -> Iterator[Flaw]:
    for _, logger in estate.typed("OpenTelemetryAccessLogConfig"):
        yield from _values(logger.get("attributes"))
        yield from _values(logger.get("body"))


def _values(place: Node) -> Iterator[Flaw]:
    for node in place.walk():
        for name in NOT_TEXT:
            if node.get(name).present:
                yield Flaw(node.get(name), f"{name}: Envoy refuses the configuration")


RULE = Rule(
    code="MH034",
    name="log-value-not-text",
    severity=Severity.ERROR,
    title="An attribute of an access log is no text",
    why="Envoy takes only strings, lists and nested objects of them in OpenTelemetry access logs, and refuses "
    "the whole listener otherwise.",
    fix="Use string_value.",
    find=find,
    bad="""
static_resources:
  listeners:
  - access_log:
    - typed_config:
        "@type": type.googleapis.com/envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig
        attributes: {values: [{key: tier, value: {int_value: 1}}]}
""",
    good="""
static_resources:
  listeners:
  - access_log:
    - typed_config:
        "@type": type.googleapis.com/envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig
        attributes: {values: [{key: tier, value: {string_value: "1"}}]}
""",
)
