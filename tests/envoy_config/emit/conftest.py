"""A mesh file with every kind of mesh, and one of each kind in each version that is known."""

from pathlib import Path

import pytest

from envoy_config.intent import Intent, MeshKind, load_intent, parse_intent
from envoy_config.intent.data_planes import VERSIONS

GOLDENS = Path(__file__).parents[1] / "goldens"
EVERY_VERSION = [
    (kind, version) for kind, versions in VERSIONS.items() if kind is not MeshKind.ENVOY for version in versions
]

HEAD = """\
apiVersion: meshhub/v1
hub: {otlp: "meshhub.observability:4317"}
"""


def intent_of(meshes: str, head: str = HEAD) -> Intent:
    """A mesh file with these entries of `meshes`."""
    return parse_intent(f"{head}meshes:\n{meshes}", origin="mesh.yaml", directory=Path())


@pytest.fixture(scope="session")
def meshes() -> Intent:
    """goldens/meshes.yaml."""
    return load_intent(GOLDENS / "meshes.yaml")
