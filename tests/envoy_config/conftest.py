"""A mesh that uses everything a mesh file can say."""

from pathlib import Path

import pytest

from envoy_config.intent import Mesh, load_mesh

GOLDENS = Path(__file__).parent / "goldens"


@pytest.fixture
def goldens() -> Path:
    """Where the mesh file and what must come of it are."""
    return GOLDENS


@pytest.fixture
def full_mesh() -> Mesh:
    """The mesh of goldens/mesh.yaml."""
    return load_mesh(GOLDENS / "mesh.yaml")
