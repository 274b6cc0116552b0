"""Open Service Mesh 1.2.4, archived since 2023: what its Envoys can still do."""

from envoy_config.bundle import Arrival, Bundle, Document, Signal, Way
from envoy_config.emit.messages import Message
from envoy_config.emit.objects import kubernetes, permissions
from envoy_config.emit.pipelines import scrapes
from envoy_config.emit.pipelines.deployment import pipelines
from envoy_config.emit.pipelines.logs import OPEN_SERVICE_MESH
from envoy_config.emit.reachable import place, service_object
from envoy_config.emit.wanted import as_wanted, wanted_signals
from envoy_config.intent import DataPlane, Intent


def emit_open_service_mesh(intent: Intent, mesh: DataPlane) -> Bundle:
    """MeshConfig for spans, namespaces for stats, and what reads the logs."""
    signals = wanted_signals(intent, mesh)
    documents: list[Document] = []
    if signals.spans:
        documents.append(kubernetes(_mesh_config(intent, mesh), note="the one MeshConfig; the rest of it stays"))
    if (service := service_object(intent.hub)) is not None:
        documents.append(kubernetes(service))
    if signals.stats:
        documents += [
            kubernetes(_namespace(name), restart="every pod of the namespace") for name in mesh.namespaces.include
        ]
    documents += pipelines(
        intent,
        mesh,
        logs=[OPEN_SERVICE_MESH] if signals.access_logs else [],
        scrapes=[scrapes.open_service_mesh(mesh)] if signals.stats else [],
    )
    rows = [
        Arrival(Signal.ACCESS_LOGS, "sidecars", Way.SHIPPED, f"JSON on standard output, read by {mesh.shipper}"),
        Arrival(Signal.STATS, "sidecars", Way.SCRAPED, ":15010/stats/prometheus"),
        Arrival(Signal.SPANS, "sidecars", Way.PUSHED, "Zipkin v2 JSON"),
    ]
    return Bundle(
        mesh=mesh.name,
        kind=mesh.kind,
        version=mesh.release,
        documents=tuple(documents),
        arrivals=as_wanted(signals, rows),
        permissions=permissions(documents),
        notes=(
            (
                "Open Service Mesh is archived: no fix will come. This wires what still runs, so that a move "
                "away from it can be "
                "watched."
            ),
            (
                "Trace ids are of 64 bits and client and server spans share one id; the service of a span is its"
                " service account."
            ),
            "All requests are traced and logged: neither shares nor filters of the mesh file hold.",
            (
                "Stats need the annotation openservicemesh.io/metrics: enabled on a namespace; name them in "
                "namespaces.include."
            ),
            "OTLP access logs were on the main branch only and are in no release.",
        ),
    )


def _mesh_config(intent: Intent, mesh: DataPlane) -> Message:
    hub = place(intent.hub, intent.hub.for_zipkin)
    tracing = {"enable": True, "address": hub.dialled, "port": hub.port, "endpoint": "/api/v2/spans"}
    return {
        "apiVersion": "config.openservicemesh.io/v1alpha2",
        "kind": "MeshConfig",
        "metadata": {"name": "osm-mesh-config", "namespace": mesh.control},
        "spec": {"observability": {"tracing": tracing}},
    }


def _namespace(name: str) -> Message:
    annotations = {"openservicemesh.io/metrics": "enabled"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "annotations": annotations}}
