"""MH012."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for each in estate.telemetries:
        for entry in each.get("spec", "tracing").items():
            use = entry.get("useRequestIdForTraceSampling")
            off = entry.get("disableSpanReporting").value is True
            if entry.get("providers").present and not off and use.value is not False:
                yield Flaw(use, "request ids that are no UUIDs decide that a request is not traced")
    for _, manager in estate.typed("HttpConnectionManager"):
        use = manager.get("request_id_extension", "typed_config", "use_request_id_for_trace_sampling")
        if manager.get("tracing", "provider").present and use.value is not False:
            yield Flaw(use, "request ids that are no UUIDs decide that a request is not traced")


RULE = Rule(
    code="MH012",
    name="request-id-silences-tracing",
    severity=Severity.WARNING,
    title="A request id that is no UUID silences tracing",
    why="Envoy keeps the sampling decision in the x-request-id. A client that sends one of another form makes "
    "its requests untraceable, even at 100 %.",
    fix="Set useRequestIdForTraceSampling: false (Istio), or use_request_id_for_trace_sampling: false in the "
    "UuidRequestIdConfig of the connection manager.",
    find=find,
    bad="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: istio-system}
spec: {tracing: [{providers: [{name: meshhub-traces}], randomSamplingPercentage: 100}]}
""",
    good="""
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: meshhub, namespace: istio-system}
spec:
  tracing:
  - providers: [{name: meshhub-traces}]
    randomSamplingPercentage: 100
    useRequestIdForTraceSampling: false
""",
)
