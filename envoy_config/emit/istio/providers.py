"""The mesh configuration: extension providers, named so that Telemetry can refer to them."""

from envoy_config.emit.istio.labels import labels
from envoy_config.emit.istio.release import Release
from envoy_config.emit.messages import Message
from envoy_config.emit.reachable import place
from envoy_config.intent import DataPlane, Intent, MeshKind

LOGS, LOGS_ALS_HTTP, LOGS_ALS_TCP = "meshhub-logs", "meshhub-logs-als-http", "meshhub-logs-als-tcp"
SPANS = "meshhub-spans"
TOKEN_VARIABLE = "MESHHUB_AUTHORIZATION"  # noqa: S105 - the name of a variable


def log_providers(mesh: DataPlane) -> list[str]:
    """The providers of access logs, by name."""
    return [LOGS] if mesh.access_logs_by == "otlp" else [LOGS_ALS_HTTP, LOGS_ALS_TCP]


def mesh_config(intent: Intent, mesh: DataPlane, release: Release, *, access_logs: bool, spans: bool) -> Message:
    """`meshConfig` in part. extensionProviders is a list: it is merged by name with what is there."""
    providers: list[Message] = []
    if access_logs:
        providers += _logs(intent, mesh, release)
    if spans:
        providers.append(_spans(intent, mesh, release))
    config: Message = {"enableTracing": True} if spans else {}
    if mesh.stats_by == "push" or intent.stats.include_prefixes:
        config["defaultConfig"] = {"proxyStatsMatcher": {"inclusionPrefixes": _prefixes(intent)}}
    return {**config, "extensionProviders": providers}


def _prefixes(intent: Intent) -> list[str]:
    return ["cluster.outbound", "http.inbound", "http.outbound", "listener", *intent.stats.include_prefixes]


def _logs(intent: Intent, mesh: DataPlane, release: Release) -> list[Message]:
    if mesh.access_logs_by == "otlp":
        hub = place(intent.hub, intent.hub.otlp_grpc)
        body = "%REQ(:METHOD)% %RESPONSE_CODE% %RESPONSE_FLAGS%"
        waypoint = mesh.kind is MeshKind.ISTIO_AMBIENT
        log_format = {"text": body, "labels": labels(intent, release, waypoint=waypoint)}
        return [{"name": LOGS, "envoyOtelAls": {"service": hub.host, "port": hub.port, "logFormat": log_format}}]
    hub = place(intent.hub, intent.hub.for_als)
    fields = intent.access_logs.fields
    http: Message = {
        "service": hub.host,
        "port": hub.port,
        "logName": "http_envoy_accesslog",
        "additionalRequestHeadersToLog": ["traceparent", *fields.request_headers],
        "additionalResponseHeadersToLog": ["grpc-status", *fields.response_headers],
    }
    tcp = {"service": hub.host, "port": hub.port, "logName": "tcp_envoy_accesslog"}
    return [{"name": LOGS_ALS_HTTP, "envoyHttpAls": http}, {"name": LOGS_ALS_TCP, "envoyTcpAls": tcp}]


def _spans(intent: Intent, mesh: DataPlane, release: Release) -> Message:
    if mesh.spans_by == "zipkin":
        hub = place(intent.hub, intent.hub.for_zipkin)
        zipkin: Message = {"service": hub.host, "port": hub.port, "enable64bitTraceId": False}
        if release.zipkin_with_w3c:
            zipkin["traceContextOption"] = "USE_B3_WITH_W3C_PROPAGATION"
        return {"name": SPANS, "zipkin": zipkin}
    over_http = mesh.spans_by == "otlp-http"
    hub = place(intent.hub, intent.hub.over_http if over_http else intent.hub.otlp_grpc)
    provider: Message = {"service": hub.host, "port": hub.port}
    token = [{"name": "authorization", "envName": TOKEN_VARIABLE}] if intent.hub.token else []
    if over_http:
        provider["http"] = {"path": "/v1/traces", "timeout": "10s", **({"headers": token} if token else {})}
    elif token:
        provider["grpc"] = {"timeout": "10s", "initialMetadata": token}
    if release.version >= (1, 22):
        provider["resourceDetectors"] = {"environment": {}}
    if release.service_enrichment:
        provider["serviceAttributeEnrichment"] = "OTEL_SEMANTIC_CONVENTIONS"
    return {"name": SPANS, "opentelemetry": provider}
