"""From a mesh file and the name of one of its meshes to the bundle that wires it."""

from collections.abc import Callable

from envoy_config.bundle import Bundle
from envoy_config.emit.istio.bundle import emit_istio
from envoy_config.emit.plain_bundle import emit_plain
from envoy_config.intent import DataPlane, Intent, Mesh, MeshKind
from meshhub.errors import NotFound

EMITTERS: dict[MeshKind, Callable[[Intent, DataPlane], Bundle]] = {
    MeshKind.ISTIO: emit_istio,
    MeshKind.ISTIO_AMBIENT: emit_istio,
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
