"""From a mesh file and the name of one of its meshes to the bundle that wires it."""

from collections.abc import Callable

from envoy_config.bundle import Bundle
from envoy_config.emit.app_mesh import emit_app_mesh
from envoy_config.emit.consul import emit_consul
from envoy_config.emit.istio.bundle import emit_istio
from envoy_config.emit.knative import emit_knative
from envoy_config.emit.kuma import emit_kuma
from envoy_config.emit.linkerd import emit_linkerd
from envoy_config.emit.network_service_mesh import emit_network_service_mesh
from envoy_config.emit.open_service_mesh import emit_open_service_mesh
from envoy_config.emit.openshift import emit_openshift
from envoy_config.emit.plain_bundle import emit_plain
from envoy_config.intent import DataPlane, Intent, Mesh, MeshKind
from meshhub.errors import NotFound

EMITTERS: dict[MeshKind, Callable[[Intent, DataPlane], Bundle]] = {
    MeshKind.ISTIO: emit_istio,
    MeshKind.ISTIO_AMBIENT: emit_istio,
    MeshKind.OPENSHIFT: emit_openshift,
    MeshKind.KNATIVE: emit_knative,
    MeshKind.LINKERD: emit_linkerd,
    MeshKind.CONSUL: emit_consul,
    MeshKind.KUMA: emit_kuma,
    MeshKind.APP_MESH: emit_app_mesh,
    MeshKind.OPEN_SERVICE_MESH: emit_open_service_mesh,
    MeshKind.NETWORK_SERVICE_MESH: emit_network_service_mesh,
}
"""The emitter of each kind of mesh with a control plane."""


def mesh_names(intent: Intent) -> list[str]:
    """The meshes of a file: that of plain Envoys under the name of its cluster, then the others."""
    plain = [intent.cluster] if isinstance(intent, Mesh) else []
    return plain + [mesh.name for mesh in intent.meshes]


def emit(intent: Intent, mesh: str) -> Bundle:
    """The bundle of a mesh, by name. The same file gives the same bundle.

    Raises:
        NotFound: the file has no such mesh.
    """
    if isinstance(intent, Mesh) and mesh == intent.cluster:
        return emit_plain(intent)
    for each in intent.meshes:
        if each.name == mesh:
            return EMITTERS[each.kind](intent, each)
    raise NotFound(f"could not find the mesh {mesh} in the mesh file: it has {', '.join(mesh_names(intent)) or 'none'}")
