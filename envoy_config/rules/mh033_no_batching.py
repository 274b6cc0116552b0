"""MH033."""

from collections.abc import Iterator

from envoy_config.rules.envoy import LOGGERS
from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for message in LOGGERS:
        for _, logger in estate.typed(message):
            for place in (logger, logger.get("common_config")):
                size = place.get("buffer_size_bytes")
                if size.number == 0:
                    yield Flaw(size, "every request is an export of its own")


RULE = Rule(
    code="MH033",
    name="no-batching",
    severity=Severity.WARNING,
    title="Access logs are not batched",
    why="buffer_size_bytes: 0 turns batching off: one RPC for each request, at both ends.",
    fix="Remove it (the default is 16384), or set a size.",
    find=find,
    bad="""
static_resources:
  listeners:
  - access_log:
    - typed_config:
        "@type": type.googleapis.com/envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig
        buffer_size_bytes: 0
""",
    good="""
static_resources:
  listeners:
  - access_log:
    - typed_config:
        "@type": type.googleapis.com/envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig
        buffer_size_bytes: 16384
""",
)
