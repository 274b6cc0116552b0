"""What to know of Istio's wiring: limits, differences between versions, traps."""

from collections.abc import Iterator

from envoy_config.emit.istio.bootstrap_override import ANNOTATION, NAME
from envoy_config.emit.istio.providers import TOKEN_VARIABLE
from envoy_config.emit.istio.release import Release, release
from envoy_config.emit.reachable import place
from envoy_config.emit.wanted import sampling_percent, wanted_signals
from envoy_config.intent import DataPlane, Intent, MeshKind


def notes(intent: Intent, mesh: DataPlane) -> tuple[str, ...]:
    """Sentences, the most important first."""
    signals, istio = wanted_signals(intent, mesh), release(mesh)
    return (
        *_hub(intent),
        *(_logs(intent, mesh) if signals.access_logs else ()),
        *(_spans(intent, mesh, istio) if signals.spans else ()),
        *(_pushed_stats(istio) if signals.stats and mesh.stats_by == "push" else ()),
        *_shape(mesh, istio),
    )


def _hub(intent: Intent) -> Iterator[str]:
    hub = place(intent.hub, intent.hub.otlp_grpc)
    if hub.service:
        yield (
            "Keep the hub out of the mesh (label sidecar.istio.io/inject: false on its pods): inside, strict"
            " mutual TLS "
            "refuses senders without a proxy, and the hub's own calls are logged."
        )
    yield (
        f"istiod leaves a provider out silently if {hub.host} is not in its registry; its metric "
        "provider_lookup_cluster_failures tells."
    )
    tls = next((t for t in map(intent.hub.tls_of, (intent.hub.otlp_grpc, intent.hub.over_http)) if t), None)
    if tls is not None:
        yield (
            f"{tls.ca_file} has to be in every istio-proxy container: mount it with the annotations "
            "sidecar.istio.io/userVolume and userVolumeMount."
        )


def _logs(intent: Intent, mesh: DataPlane) -> Iterator[str]:
    if mesh.access_logs_by == "otlp":
        yield (
            "The resource of every access log is empty, in all versions: the labels say who reports. "
            "Labels that are no texts arrive empty."
        )
    if intent.hub.token is not None:
        yield "Istio's access log providers cannot send a token: let the hub know these senders by client certificate."
    wanted = intent.access_logs.filter
    if wanted.response_flags != "any" and not wanted.keeps_all:
        yield "CEL cannot tell response flags apart: requests with any flag are logged."


def _spans(intent: Intent, mesh: DataPlane, istio: Release) -> Iterator[str]:
    if sampling_percent(intent, mesh) == 0:
        yield "sampling_percent is 0: only requests that come with a sampled traceparent get spans."
    if intent.hub.token is not None and mesh.spans_by != "zipkin":
        yield (
            f"Spans carry the token from the variable {TOKEN_VARIABLE} of istio-proxy (proxyMetadata), whose text is "
            "Bearer and the token; pods have to be restarted for it."
        )
    if mesh.spans_by == "zipkin" and not istio.zipkin_with_w3c:
        yield "This Zipkin tracer propagates B3 only: where a call chain meets proxies with W3C, a new trace begins."
    if intent.access_logs.fields.query_strings == "drop":
        yield "Spans still have the query string in http.url: Envoy cannot leave it out."
    if istio.service_enrichment and mesh.spans_by != "zipkin":
        yield "OTEL_RESOURCE_ATTRIBUTES comes at injection: service.version is known of pods started afterwards."


def _pushed_stats(istio: Release) -> Iterator[str]:
    yield f"Annotate pod templates with {ANNOTATION}: {NAME} and restart the pods; the sink cannot be set otherwise."
    if not istio.service_enrichment:
        yield (
            "Before Istio 1.30, OTEL_RESOURCE_ATTRIBUTES (service.name and so on) has to be set by proxyMetadata, or "
            "nobody knows whose stats these are."
        )


def _shape(mesh: DataPlane, istio: Release) -> Iterator[str]:
    if not istio.telemetry_v1:
        yield "Telemetry is v1alpha1 in this version."
    if not istio.peer_objects:
        yield "Peers are read by CEL in this version (filter_state.downstream_peer); from Istio 1.29 on as objects."
    if mesh.kind is MeshKind.ISTIO_AMBIENT:
        yield "Waypoints obey Telemetry with targetRefs only: one with a selector, or for a namespace, does nothing."
        yield "A hop through a waypoint is one record, not two; services without a waypoint have connections only."
    if mesh.sampling or mesh.services.exclude:
        yield "A Telemetry of a workload replaces whole sections of the wider one: those here say everything again."
