"""MH025."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for _, tracer in estate.typed("ZipkinConfig"):
        if tracer.get("shared_span_context").value is not False:
            yield Flaw(tracer.get("shared_span_context"), "caller and callee share a span id, as is the default")
    for kind, node in estate.kuma:
        for backend in node.get("spec", "default", "backends").items() if kind == "MeshTrace" else ():
            shared = backend.get("zipkin", "sharedSpanContext")
            if backend.get("type").text == "Zipkin" and shared.value is not False:
                yield Flaw(shared, "caller and callee share a span id, as is the default")


RULE = Rule(
    code="MH025",
    name="zipkin-shared-span",
    severity=Severity.WARNING,
    title="Zipkin spans of caller and callee share an id",
    why="Two spans with one id cannot be told apart by what follows OpenTelemetry: the tree of calls loses a level.",
    fix="Set shared_span_context: false (Envoy), sharedSpanContext: false (Kuma).",
    find=find,
    bad="""
static_resources:
  listeners:
  - filter_chains:
    - filters:
      - typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          request_id_extension: {typed_config: {use_request_id_for_trace_sampling: false}}
          tracing:
            provider:
              typed_config:
                "@type": type.googleapis.com/envoy.config.trace.v3.ZipkinConfig
                trace_id_128bit: true
""",
    good="""
static_resources:
  listeners:
  - filter_chains:
    - filters:
      - typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          request_id_extension: {typed_config: {use_request_id_for_trace_sampling: false}}
          tracing:
            provider:
              typed_config:
                "@type": type.googleapis.com/envoy.config.trace.v3.ZipkinConfig
                trace_id_128bit: true
                shared_span_context: false
""",
)
