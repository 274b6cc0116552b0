"""What is emitted is right by the rules that look for traps in anybody's configuration."""

import pytest

from envoy_config.emit import emit, mesh_names
from envoy_config.emit.text import text_of
from envoy_config.intent import Intent, MeshKind, load_intent
from envoy_config.rules.checking import check
from envoy_config.rules.model import Severity
from envoy_config.rules.reading import read_text
from tests.envoy_config.emit.conftest import EVERY_VERSION, GOLDENS, intent_of

MEANT = {"MH013"}
"""Reporting is off where the mesh file leaves services and namespaces out."""


def found(intent: Intent, name: str) -> list[str]:
    """What is worse than a hint, in all documents together."""
    readings = [read_text(text_of(document), document.path) for document in emit(intent, name).documents]
    findings = check([each for reading in readings for each in reading.objects])
    return [str(finding) for finding in findings if finding.severity is not Severity.INFO and finding.code not in MEANT]


@pytest.mark.parametrize("name", mesh_names(load_intent(GOLDENS / "meshes.yaml")))
def test_no_rule_finds_a_trap_in_what_uses_everything(meshes: Intent, name: str) -> None:
    assert found(meshes, name) == []


@pytest.mark.parametrize(("kind", "version"), EVERY_VERSION)
def test_no_rule_finds_a_trap_in_any_version(kind: MeshKind, version: str) -> None:
    assert found(intent_of(f"- {{name: m, kind: {kind}, version: '{version}'}}\n"), "m") == []
