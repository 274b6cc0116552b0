"""Linkerd (2.19 and later): spans by the proxies' own setting, stats by scraping, access logs from what proxies
print."""

from envoy_config.bundle import Arrival, Bundle, Document, DocumentKind, Signal, Way
from envoy_config.emit.messages import Message
from envoy_config.emit.objects import kubernetes, permissions
from envoy_config.emit.pipelines import scrapes
from envoy_config.emit.pipelines.deployment import pipelines
from envoy_config.emit.pipelines.logs import LINKERD
from envoy_config.emit.reachable import place, service_object
from envoy_config.emit.wanted import as_wanted, wanted_signals
from envoy_config.intent import DataPlane, Intent

RESTART = "every meshed pod: the proxy's environment is written at injection"


def emit_linkerd(intent: Intent, mesh: DataPlane) -> Bundle:
    """Helm values for spans, the hub's namespace in the mesh, annotations for access logs, and the pipelines."""
    signals = wanted_signals(intent, mesh)
    documents: list[Document] = []
    hub = place(intent.hub, intent.hub.otlp_grpc)
    if signals.spans and hub.service:
        documents.append(_values(intent))
        documents.append(
            kubernetes(_namespace(hub.namespace, {"linkerd.io/inject": "enabled"}), restart="the hub's pods")
        )
    if (service := service_object(intent.hub)) is not None:
        documents.append(kubernetes(service))
    if signals.access_logs:
        annotated = [_namespace(name, {"config.linkerd.io/access-log": "json"}) for name in mesh.namespaces.include]
        documents += [kubernetes(each, restart=RESTART) for each in annotated]
    documents += pipelines(
        intent,
        mesh,
        logs=[LINKERD] if signals.access_logs else [],
        scrapes=[scrapes.linkerd(mesh)] if signals.stats else [],
    )
    return Bundle(
        mesh=mesh.name,
        kind=mesh.kind,
        version=mesh.release,
        documents=tuple(documents),
        arrivals=_arrivals(intent, mesh, meshed=bool(hub.service)),
        permissions=permissions(documents),
        notes=_notes(intent, mesh, meshed=bool(hub.service)),
    )


def _values(intent: Intent) -> Document:
    """The collector's identity is mandatory: without it the chart fails."""
    hub = place(intent.hub, intent.hub.otlp_grpc)
    collector = {
        "endpoint": f"{hub.service}.{hub.namespace}:{hub.port}",
        "meshIdentity": {"serviceAccountName": "meshhub", "namespace": hub.namespace},
    }
    content = {
        "proxy": {"tracing": {"enabled": True, "traceServiceName": "linkerd-proxy", "collector": collector}},
        "controller": {"tracing": {"enabled": True, "collector": collector}},
    }
    return Document(
        name="Helm values of linkerd-control-plane",
        path="linkerd-control-plane-values.yaml",
        kind=DocumentKind.HELM_VALUES,
        content=content,
        applies_to="helm upgrade linkerd-control-plane --reuse-values --values",
        restart=RESTART,
    )


def _namespace(name: str, annotations: dict[str, str]) -> Message:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "annotations": annotations}}


def _arrivals(intent: Intent, mesh: DataPlane, *, meshed: bool) -> tuple[Arrival, ...]:
    spans = Arrival(
        Signal.SPANS,
        "proxies",
        Way.PUSHED if meshed else Way.IMPOSSIBLE,
        "OTLP/gRPC, of requests that come with a sampled traceparent: the proxy never begins a trace"
        if meshed
        else "the proxy sends spans to a collector inside the mesh only: the hub has to be a Service of the cluster",
    )
    logs = f"JSON lines on standard error, inbound HTTP only, read by {mesh.shipper}; the proxy cannot push them"
    rows = [
        Arrival(Signal.ACCESS_LOGS, "proxies", Way.SHIPPED, logs),
        Arrival(Signal.STATS, "proxies", Way.SCRAPED, ":4191/metrics"),
        spans,
    ]
    return as_wanted(wanted_signals(intent, mesh), rows)


def _notes(intent: Intent, mesh: DataPlane, *, meshed: bool) -> tuple[str, ...]:
    notes = [
        (
            "The proxy never begins a trace: let a gateway or the applications begin it (sampled traceparent or b3). "
            "sampling_percent says nothing here."
        ),
        "An access log's trace_id is x-b3-traceid or x-request-id, never traceparent: it is taken for the request id.",
        "Access logs are of the called side only; the caller is known by its identity, and by none without TLS.",
        "The linkerd-jaeger extension is gone since 2.19; older versions are not wired by this emitter.",
        "OTEL_RESOURCE_ATTRIBUTES in a proxy is read by lines, not by commas.",
    ]
    if meshed:
        notes.insert(
            1,
            "Unlike elsewhere the hub has to be in the mesh, or the proxies refuse to send spans to it. The "
            "hub's ServiceAccount is taken to be called meshhub.",
        )
    if not mesh.namespaces.include:
        notes.append(
            "Access logs: put config.linkerd.io/access-log: json on the namespaces, or name them in namespaces.include."
        )
    if intent.hub.token is not None or intent.hub.tls is not None:
        notes.append("Linkerd's proxies send spans without token and in the mesh's own TLS: let the hub take these.")
    return tuple(notes)
