"""Kuma: one policy per signal, and from 2.14 on one backend that they refer to.

Inline endpoints are all that 2.13 knows, deprecated in 2.14 and gone in 3.0; `from` is gone in 3.0, `rules` is there in
all three. Backends are found by labels only.
"""

import re

from envoy_config.bundle import Arrival, Bundle, Document, DocumentKind, Signal, Way
from envoy_config.emit.fields import access_log_fields
from envoy_config.emit.messages import Message
from envoy_config.emit.objects import kubernetes, metadata, permissions
from envoy_config.emit.pipelines import scrapes
from envoy_config.emit.pipelines.deployment import pipelines
from envoy_config.emit.reachable import place
from envoy_config.emit.wanted import as_wanted, sampling_percent, wanted_signals
from envoy_config.intent import DataPlane, Intent

NAME = "meshhub"
KEY = re.compile(r"[a-z]([a-z0-9]|[._][a-z0-9])*")
"""What Kuma takes as the key of an attribute."""

_KUMA = {
    "source_service": "%KUMA_SOURCE_SERVICE%",
    "destination_service": "%KUMA_DESTINATION_SERVICE%",
    "direction": "%KUMA_TRAFFIC_DIRECTION%",
    "mesh": "%KUMA_MESH%",
    "zone": "%KUMA_ZONE%",
    "workload": "%KUMA_WORKLOAD%",
}


_EVERYTHING = {"kind": "Mesh"}


def emit_kuma(intent: Intent, mesh: DataPlane) -> Bundle:
    """The policies of a mesh."""
    signals = wanted_signals(intent, mesh)
    documents: list[Document] = []
    if mesh.release != "2.13":
        documents.append(_resource(mesh, "MeshOpenTelemetryBackend", NAME, _backend(intent, mesh)))
    if signals.access_logs:
        documents.append(_resource(mesh, "MeshAccessLog", NAME, _access_log(intent, mesh)))
    if signals.spans:
        documents.append(_resource(mesh, "MeshTrace", NAME, _trace(intent, mesh, sampling_percent(intent, mesh))))
        for each in sorted(mesh.sampling, key=lambda s: s.service):
            name, _, namespace = each.service.partition(".")
            spec = _trace(intent, mesh, each.percent) | {"targetRef": _workloads(mesh, name, namespace)}
            documents.append(_resource(mesh, "MeshTrace", f"{NAME}-{name}-{namespace}", spec))
    if signals.stats:
        documents.append(_resource(mesh, "MeshMetric", NAME, _metric(intent, mesh)))
        if mesh.stats_by == "scrape" and mesh.on == "kubernetes":
            documents += pipelines(intent, mesh, scrapes=[scrapes.kuma(mesh)])
    return Bundle(
        mesh=mesh.name,
        kind=mesh.kind,
        version=mesh.release,
        documents=tuple(documents),
        arrivals=_arrivals(intent, mesh),
        permissions=permissions(documents) if mesh.on == "kubernetes" else (),
        notes=_notes(intent, mesh),
    )


def log_attributes(intent: Intent) -> list[dict[str, str]]:
    """The attributes of an access log. Keys that Kuma does not take are spelt with underscores."""
    fields = access_log_fields(intent) | _KUMA
    return [
        {"key": key if KEY.fullmatch(key) else key.replace("-", "_"), "value": text} for key, text in fields.items()
    ]


def _resource(mesh: DataPlane, kind: str, name: str, spec: Message) -> Document:
    if mesh.on == "machines":
        content: Message = {"type": kind, "name": name, "mesh": mesh.kuma_mesh, "spec": spec}
        if kind == "MeshOpenTelemetryBackend":
            content["labels"] = {"kuma.io/display-name": name}
        path = f"{kind.lower()}-{name}.yaml"
        return Document(f"{kind} {name}", path, DocumentKind.KUMA, content, f"kumactl apply -f {path}")
    meta = metadata(name, mesh.control, labels={"kuma.io/mesh": mesh.kuma_mesh})
    return kubernetes({"apiVersion": "kuma.io/v1alpha1", "kind": kind, "metadata": meta, "spec": spec})


def _backend(intent: Intent, mesh: DataPlane) -> Message:
    """env is off: by default OTEL_EXPORTER_OTLP_* of a sidecar silently wins."""
    over_http = mesh.spans_by == "otlp-http"
    hub = place(intent.hub, intent.hub.over_http if over_http else intent.hub.otlp_grpc)
    return {
        "endpoint": {"address": hub.dialled, "port": hub.port},
        "protocol": "http" if over_http else "grpc",
        "env": {"mode": "Disabled"},
    }


def _open_telemetry(intent: Intent, mesh: DataPlane) -> Message:
    if mesh.release == "2.13":
        hub = place(intent.hub, intent.hub.otlp_grpc)
        return {"endpoint": f"{hub.dialled}:{hub.port}"}
    return {"backendRef": {"kind": "MeshOpenTelemetryBackend", "labels": {"kuma.io/display-name": NAME}}}


def _access_log(intent: Intent, mesh: DataPlane) -> Message:
    body = "%REQ(:METHOD)% %RESPONSE_CODE% %RESPONSE_FLAGS%"
    open_telemetry = {**_open_telemetry(intent, mesh), "body": body, "attributes": log_attributes(intent)}
    default = {"backends": [{"type": "OpenTelemetry", "openTelemetry": open_telemetry}]}
    spec: Message = {"targetRef": dict(_EVERYTHING), "to": [{"targetRef": {"kind": "Mesh"}, "default": default}]}
    if mesh.release == "2.13":
        return spec | {"from": [{"targetRef": {"kind": "Mesh"}, "default": default}]}
    return spec | {"rules": [{"default": default}]}


def _trace(intent: Intent, mesh: DataPlane, share: float) -> Message:
    backend: Message
    if mesh.spans_by == "zipkin":
        hub = place(intent.hub, intent.hub.for_zipkin)
        scheme = "https" if hub.tls else "http"
        url = f"{scheme}://{hub.dialled}:{hub.port}/api/v2/spans"
        zipkin = {"url": url, "traceId128bit": True, "apiVersion": "httpJson", "sharedSpanContext": False}
        backend = {"type": "Zipkin", "zipkin": zipkin}
    else:
        backend = {"type": "OpenTelemetry", "openTelemetry": _open_telemetry(intent, mesh)}
    sampling = {"overall": 100, "random": round(share), "client": 100}
    return {"targetRef": dict(_EVERYTHING), "default": {"backends": [backend], "sampling": sampling}}


def _metric(intent: Intent, mesh: DataPlane) -> Message:
    backend: Message
    if mesh.stats_by == "push":
        refresh = f"{max(1, round(intent.hub.stats_interval_seconds))}s"
        open_telemetry = {**_open_telemetry(intent, mesh), "refreshInterval": refresh}
        backend = {"type": "OpenTelemetry", "openTelemetry": open_telemetry}
    else:
        backend = {"type": "Prometheus", "prometheus": {"port": 5670, "path": "/metrics"}}
    sidecar = {"includeUnused": False, "profiles": {"appendProfiles": [{"name": "Basic"}]}}
    return {"targetRef": dict(_EVERYTHING), "default": {"sidecar": sidecar, "backends": [backend]}}


def _workloads(mesh: DataPlane, name: str, namespace: str) -> Message:
    labels = {"app": name, "k8s.kuma.io/namespace": namespace}
    if mesh.release == "2.13":
        return {"kind": "MeshSubset", "tags": labels}
    return {"kind": "Dataplane", "labels": labels}


def _arrivals(intent: Intent, mesh: DataPlane) -> tuple[Arrival, ...]:
    pushed = "OTLP by kuma-dp, in Prometheus's names" if mesh.stats_by == "push" else ""
    rows = [
        Arrival(Signal.ACCESS_LOGS, "sidecars and gateways", Way.PUSHED, "OTLP (MeshAccessLog)"),
        Arrival(Signal.STATS, "sidecars and gateways", Way.PUSHED, pushed)
        if pushed
        else Arrival(Signal.STATS, "sidecars and gateways", Way.SCRAPED, ":5670/metrics (MeshMetric)"),
        Arrival(Signal.SPANS, "sidecars and gateways", Way.PUSHED, "Zipkin" if mesh.spans_by == "zipkin" else "OTLP"),
    ]
    return as_wanted(wanted_signals(intent, mesh), rows)


def _notes(intent: Intent, mesh: DataPlane) -> tuple[str, ...]:
    notes = [
        (
            "A called proxy does not know its caller's service (%KUMA_SOURCE_SERVICE% is unknown there): the "
            "certificate tells."
        ),
        "The version of a workload is not sent.",
        "Access log filters of the mesh file do not hold: MeshAccessLog has none.",
    ]
    if not intent.access_logs.filter.keeps_all:
        notes.insert(0, notes.pop())
    if mesh.release == "2.13":
        notes.append("Endpoints are inline in this version: from 2.14 on a MeshOpenTelemetryBackend has them.")
    else:
        notes.append("Backends are found by labels; of several that fit, the oldest wins without a warning.")
    if intent.hub.token is not None or intent.hub.tls is not None:
        notes.append(
            "Kuma's OpenTelemetry backends send neither a token nor a client certificate: let the hub take "
            "these without."
        )
    if mesh.spans_by == "zipkin":
        notes.append(
            "Kuma's Zipkin defaults (64-bit ids, shared spans) are switched off: with them client and server"
            " share an id."
        )
    if any(
        percent != round(percent) for percent in (sampling_percent(intent, mesh), *(s.percent for s in mesh.sampling))
    ):
        notes.append("Kuma samples in whole percent: shares are rounded.")
    return tuple(notes)
