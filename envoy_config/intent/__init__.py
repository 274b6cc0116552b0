"""What a mesh should be, said by its owner: the mesh file and its model. Knows nothing of Envoy's configuration."""

from envoy_config.intent.data_planes import DataPlane, MeshKind
from envoy_config.intent.intent import API_VERSION, Intent
from envoy_config.intent.loading import load_intent, load_mesh, parse_intent, parse_mesh
from envoy_config.intent.mesh import Mesh

__all__ = [
    "API_VERSION",
    "DataPlane",
    "Intent",
    "Mesh",
    "MeshKind",
    "load_intent",
    "load_mesh",
    "parse_intent",
    "parse_mesh",
]
