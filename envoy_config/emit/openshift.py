"""OpenShift Service Mesh: 3.x is Istio under the Sail operator, 2.6 is Istio 1.20 under an operator of its own."""

from envoy_config.bundle import Arrival, Bundle, Signal, Way
from envoy_config.emit.istio.arrivals import arrivals
from envoy_config.emit.istio.bundle import istio_documents, mesh_config_content
from envoy_config.emit.istio.notes import notes
from envoy_config.emit.istio.providers import SPANS
from envoy_config.emit.istio.release import release
from envoy_config.emit.istio.telemetry import telemetries
from envoy_config.emit.messages import Message
from envoy_config.emit.objects import kubernetes, metadata, permissions
from envoy_config.emit.pipelines import scrapes
from envoy_config.emit.pipelines.deployment import pipelines
from envoy_config.emit.reachable import place, service_object
from envoy_config.emit.wanted import as_wanted, wanted_signals
from envoy_config.intent import DataPlane, Intent

_OWN = "one part of the object that installs the mesh: applied with a field manager of its own, it leaves the rest"


def emit_openshift(intent: Intent, mesh: DataPlane) -> Bundle:
    """The part of the operator's object that is ours, and the objects of Istio."""
    if mesh.release == "2.6":
        return _maistra(intent, mesh)
    content = {
        "apiVersion": "sailoperator.io/v1",
        "kind": "Istio",
        "metadata": {"name": "default"},
        "spec": {"values": {"meshConfig": mesh_config_content(intent, mesh)}},
    }
    documents = [kubernetes(content, note=_OWN), *istio_documents(intent, mesh)]
    return Bundle(
        mesh=mesh.name,
        kind=mesh.kind,
        version=mesh.release,
        documents=tuple(documents),
        arrivals=arrivals(intent, mesh),
        permissions=permissions(documents),
        notes=(
            *notes(intent, mesh),
            (
                "The share of spans is in Telemetry (tracing[].randomSamplingPercentage): on the provider it is "
                "dropped, and 1 % stays."
            ),
            (
                "extensionProviders is replaced as a whole: add the providers that are there to this object "
                "before applying it."
            ),
        ),
    )


def _maistra(intent: Intent, mesh: DataPlane) -> Bundle:
    """ALS for access logs: this version's OTLP provider has no labels, so that nobody would know who reports."""
    signals = wanted_signals(intent, mesh)
    als = place(intent.hub, intent.hub.for_als)
    spec: Message = {"version": "v2.6", "tracing": {"type": "None"}}
    if signals.access_logs:
        spec["proxy"] = {"accessLogging": {"envoyService": {"enabled": True, "address": f"{als.dialled}:{als.port}"}}}
    if signals.spans:
        hub = place(intent.hub, intent.hub.for_zipkin if mesh.spans_by == "zipkin" else intent.hub.otlp_grpc)
        provider: Message = {"service": hub.host, "port": hub.port}
        kind = "zipkin" if mesh.spans_by == "zipkin" else "opentelemetry"
        spec["meshConfig"] = {"extensionProviders": [{"name": SPANS, kind: provider}]}
    content = {
        "apiVersion": "maistra.io/v2",
        "kind": "ServiceMeshControlPlane",
        "metadata": {"name": "basic", "namespace": mesh.control},
        "spec": spec,
    }
    documents = [kubernetes(content, restart="every pod of the mesh, for access logs", note=_OWN)]
    if (service := service_object(intent.hub)) is not None:
        documents.append(kubernetes(service))
        documents.append(kubernetes(_let_in(service)))
    objects = telemetries(intent, mesh, release(mesh), access_logs=False, spans=signals.spans)
    documents += [kubernetes(each) for each in objects if each["spec"]]
    documents += pipelines(intent, mesh, scrapes=[scrapes.istio(mesh)] if signals.stats else [])
    rows = [
        Arrival(
            Signal.ACCESS_LOGS,
            "sidecars and gateways",
            Way.PUSHED,
            "ALS (proxy.accessLogging.envoyService), all requests",
        ),
        Arrival(Signal.STATS, "sidecars and gateways", Way.SCRAPED, ":15020/stats/prometheus"),
        Arrival(
            Signal.SPANS, "sidecars and gateways", Way.PUSHED, "Zipkin" if mesh.spans_by == "zipkin" else "OTLP/gRPC"
        ),
    ]
    return Bundle(
        mesh=mesh.name,
        kind=mesh.kind,
        version=mesh.release,
        documents=tuple(documents),
        arrivals=as_wanted(signals, rows),
        permissions=permissions(documents),
        notes=(
            "tracing.type has to be None: otherwise the operator installs and wires a Jaeger of its own.",
            (
                "Access log filters and fields of the mesh file do not hold in this version: ALS sends every "
                "request whole."
            ),
            (
                "The operator's NetworkPolicies keep members from namespaces outside the mesh: one here lets "
                "them reach the hub."
            ),
            "ServiceMeshControlPlane may be called otherwise than basic: change its name here before applying it.",
            *notes(intent, mesh),
        ),
    )


def _let_in(service: Message) -> Message:
    meta = service["metadata"]
    ports = [{"protocol": "TCP", "port": port["port"]} for port in service["spec"]["ports"]]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata("meshhub-receivers", meta["namespace"]),
        "spec": {
            "podSelector": {"matchLabels": service["spec"]["selector"]},
            "policyTypes": ["Ingress"],
            "ingress": [{"ports": ports}],
        },
    }
