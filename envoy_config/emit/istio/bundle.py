"""The bundle of a mesh of Istio: with sidecars, or ambient with waypoints and ztunnels."""

from collections.abc import Sequence

from envoy_config.bundle import Bundle, Document, DocumentKind
from envoy_config.emit.istio.arrivals import arrivals
from envoy_config.emit.istio.bootstrap_override import ANNOTATION, NAME, config_map
from envoy_config.emit.istio.notes import notes
from envoy_config.emit.istio.providers import mesh_config
from envoy_config.emit.istio.reaching import reaching
from envoy_config.emit.istio.release import release
from envoy_config.emit.istio.telemetry import telemetries
from envoy_config.emit.messages import Message
from envoy_config.emit.objects import kubernetes, permissions
from envoy_config.emit.pipelines import scrapes
from envoy_config.emit.pipelines.deployment import pipelines
from envoy_config.emit.pipelines.logs import ZTUNNEL
from envoy_config.emit.pipelines.source import LogSource
from envoy_config.emit.reachable import service_object
from envoy_config.emit.wanted import wanted_signals
from envoy_config.intent import DataPlane, Intent, MeshKind

BOOTSTRAP_RESTART = f"every pod with the annotation {ANNOTATION}: {NAME}; bootstraps are read at their start"


def emit_istio(intent: Intent, mesh: DataPlane) -> Bundle:
    """Mesh configuration, Telemetry, the way to the hub, and what reads what proxies only offer or print."""
    documents = [mesh_config_document(intent, mesh), *istio_documents(intent, mesh)]
    patched = [("", "configmaps", "istio", mesh.control)]
    return Bundle(
        mesh=mesh.name,
        kind=mesh.kind,
        version=mesh.release,
        documents=tuple(documents),
        arrivals=arrivals(intent, mesh),
        permissions=permissions(documents, patched=patched),
        notes=notes(intent, mesh),
    )


def istio_documents(intent: Intent, mesh: DataPlane, *, logs: Sequence[LogSource] = ()) -> list[Document]:
    """Everything but the mesh configuration: how that is given differs between Istio's distributions. `logs` are read
    besides."""
    signals, istio = wanted_signals(intent, mesh), release(mesh)
    objects: list[Message] = []
    if (service := service_object(intent.hub)) is not None:
        objects.append(service)
    objects += reaching(intent, mesh.control)
    objects += telemetries(intent, mesh, istio, access_logs=signals.access_logs, spans=signals.spans)
    documents = [kubernetes(each) for each in objects]
    if signals.stats and mesh.stats_by == "push":
        maps = [config_map(intent, namespace) for namespace in mesh.namespaces.include]
        documents += [kubernetes(each, restart=BOOTSTRAP_RESTART) for each in maps]
    return documents + _pipelines(intent, mesh, logs)


def _pipelines(intent: Intent, mesh: DataPlane, logs: Sequence[LogSource]) -> list[Document]:
    signals, ambient = wanted_signals(intent, mesh), mesh.kind is MeshKind.ISTIO_AMBIENT
    found = [scrapes.istio(mesh)] if mesh.stats_by == "scrape" else []
    if ambient:
        found.append(scrapes.ztunnel())
    printed = [*logs, *([ZTUNNEL] if ambient else [])]
    return pipelines(intent, mesh, logs=printed if signals.access_logs else [], scrapes=found if signals.stats else [])


def mesh_config_content(intent: Intent, mesh: DataPlane) -> Message:
    """`meshConfig` in part."""
    signals = wanted_signals(intent, mesh)
    return mesh_config(intent, mesh, release(mesh), access_logs=signals.access_logs, spans=signals.spans)


def mesh_config_document(intent: Intent, mesh: DataPlane) -> Document:
    """For Istio as it comes: Helm, istioctl, or the ConfigMap itself."""
    content = mesh_config_content(intent, mesh)
    return Document(
        name="Mesh configuration of Istio",
        path="mesh-config.yaml",
        kind=DocumentKind.MESH_CONFIG,
        content={"meshConfig": content},
        applies_to=f"Helm values of istiod, an IstioOperator's spec, or the key `mesh` of ConfigMap istio in "
        f"{mesh.control}; extensionProviders are merged by name",
        restart="every pod of the mesh, for defaultConfig only" if "defaultConfig" in content else "",
    )
