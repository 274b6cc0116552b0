"""From the intent to configuration documents: pure functions, one module or package per mesh."""

from envoy_config.emit.dispatch import EMITTERS, emit, mesh_names

__all__ = ["EMITTERS", "emit", "mesh_names"]
