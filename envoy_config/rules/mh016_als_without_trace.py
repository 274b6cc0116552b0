"""MH016."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for provider in estate.providers:
        if provider.kind == "envoyHttpAls":
            headers = provider.settings.get("additionalRequestHeadersToLog")
            if "traceparent" not in {str(each.value).lower() for each in headers.items()}:
                yield Flaw(headers, "the header traceparent is not logged")
    for _, logger in estate.typed("HttpGrpcAccessLogConfig"):
        tags = logger.get("common_config", "custom_tags")
        logged = {str(each.value).lower() for each in logger.get("additional_request_headers_to_log").items()}
        if "TRACE_ID" not in str(tags.value) and "traceparent" not in logged:
            yield Flaw(tags, "no custom tag has %TRACE_ID% and the header traceparent is not logged")


RULE = Rule(
    code="MH016",
    name="als-without-trace",
    severity=Severity.WARNING,
    title="Access logs over ALS do not have the trace id",
    why="The entries of Envoy's access-log service have no field for it: logs and spans of a request cannot "
    "be joined but by the request id.",
    fix='Log the header traceparent, or in plain Envoy add custom_tags: [{tag: trace_id, value: "%TRACE_ID%"}].',
    find=find,
    bad="""
meshConfig:
  extensionProviders:
  - name: meshhub-als
    envoyHttpAls: {service: meshhub.observability.svc.cluster.local, port: 4317}
""",
    good="""
meshConfig:
  extensionProviders:
  - name: meshhub-als
    envoyHttpAls:
      service: meshhub.observability.svc.cluster.local
      port: 4317
      additionalRequestHeadersToLog: [traceparent]
""",
)
