"""What a mesh should be, said by its owner: the mesh file and its model. Knows nothing of Envoy's configuration."""

from envoy_config.intent.loading import load_mesh, parse_mesh
from envoy_config.intent.mesh import API_VERSION, Mesh

__all__ = ["API_VERSION", "Mesh", "load_mesh", "parse_mesh"]
