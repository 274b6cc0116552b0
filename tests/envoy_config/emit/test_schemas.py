"""Kubernetes objects against the schemas of their kinds; where these are from: schemas/README.md."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from envoy_config.bundle import Bundle, Document, DocumentKind
from envoy_config.emit import emit, mesh_names
from envoy_config.emit.text import revealed
from envoy_config.intent import Intent, MeshKind, load_intent
from tests.envoy_config.emit.conftest import EVERY_VERSION, GOLDENS, intent_of

SCHEMAS = Path(__file__).parents[1] / "schemas"
ISTIO = {
    "1.24": "1.24.2",
    "1.25": "1.24.2",
    "1.26": "1.26.0",
    "1.27": "1.26.0",
    "1.28": "1.28.0",
    "1.29": "1.29.0",
    "1.30": "1.30.8",
    "1.31": "1.31.4",
}
"""Version to the schemas that its documents must satisfy: its own, or the next older ones that there are."""
OPENSHIFT = {"3.0": "1.24.2", "3.1": "1.26.0", "3.2": "1.26.0"}
WITHOUT_SCHEMA = {
    "Istio",
    "MeshAccessLog",
    "MeshMetric",
    "MeshOpenTelemetryBackend",
    "MeshTrace",
    "ProxyDefaults",
    "ServiceMeshControlPlane",
}


@cache
def schemas(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


@cache
def validators(kind: str, version: str) -> dict[str, Any]:
    """Kind of object to its validator, for a mesh of this kind and version."""
    core = schemas("kubernetes-1.37.0")
    found = {name: {**schema, "$defs": core["$defs"]} for name, schema in core["kinds"].items()}
    if kind in (MeshKind.ISTIO, MeshKind.ISTIO_AMBIENT):
        found |= schemas(f"istio-{ISTIO[version]}")
    if kind == MeshKind.OPENSHIFT and version in OPENSHIFT:
        found |= schemas(f"istio-{OPENSHIFT[version]}")
    if kind == MeshKind.KNATIVE:
        found |= schemas("istio-1.28.0")
    if kind == MeshKind.OPEN_SERVICE_MESH:
        found |= schemas("osm-1.2.4")
    return {name: jsonschema.Draft202012Validator(schema) for name, schema in found.items()}


def subject(document: Document) -> tuple[str, Any]:
    """What of a document has a schema, and its kind; a kind without schema for anything else."""
    content = revealed(document.content)
    if document.kind is DocumentKind.MESH_CONFIG:
        return "MeshConfig", content["meshConfig"]
    if document.kind is not DocumentKind.KUBERNETES:
        return "Istio", None
    if content["kind"] == "Istio":
        return "MeshConfig", content["spec"]["values"]["meshConfig"]
    return content["kind"], content


def checked(bundle: Bundle) -> Iterator[tuple[Document, str]]:
    """Every fault of every object, as it is written."""
    known = validators(bundle.kind, bundle.version)
    for document in (*bundle.documents, *bundle.permissions):
        kind, content = subject(document)
        if kind in WITHOUT_SCHEMA or (bundle.version == "2.6" and kind == "Telemetry"):
            continue
        for error in known[kind].iter_errors(content):
            yield document, f"{document.path}: {error.json_path}: {error.message}"


@pytest.mark.parametrize("name", mesh_names(load_intent(GOLDENS / "meshes.yaml")))
def test_every_object_is_what_its_kind_takes(meshes: Intent, name: str) -> None:
    assert [fault for _, fault in checked(emit(meshes, name))] == []


@pytest.mark.parametrize(("kind", "version"), EVERY_VERSION)
def test_every_version_takes_its_objects(kind: MeshKind, version: str) -> None:
    bundle = emit(intent_of(f"- {{name: m, kind: {kind}, version: '{version}'}}\n"), "m")
    assert [fault for _, fault in checked(bundle)] == []


OUTSIDE = """\
apiVersion: meshhub/v1
hub:
  otlp: {otlp}
  tls: {{ca_file: /etc/hub/ca.pem, certificate_file: /etc/hub/cert.pem, key_file: /etc/hub/key.pem}}
  zipkin: {{address: "zipkin.example:9411", tls: none}}
  token: some-token
"""


@pytest.mark.parametrize("otlp", ["hub.example:4317", "192.0.2.1:4317", '["192.0.2.1:4317", "192.0.2.2:4317"]'])
@pytest.mark.parametrize("kind", ["istio", "istio-ambient", "openshift", "linkerd", "knative", "open-service-mesh"])
def test_a_hub_outside_with_tls_and_a_token_gives_valid_objects(kind: str, otlp: str) -> None:
    bundle = emit(intent_of(f"- {{name: m, kind: {kind}}}\n", OUTSIDE.format(otlp=otlp)), "m")
    assert [fault for _, fault in checked(bundle)] == []


def test_a_schema_refuses_what_a_version_does_not_know() -> None:
    newest = emit(intent_of("- {name: m, kind: istio, version: '1.31'}\n"), "m")
    as_old = Bundle("m", MeshKind.ISTIO, "1.24", newest.documents, newest.arrivals)
    assert any("serviceAttributeEnrichment" in fault for _, fault in checked(as_old))
    assert any("formatter" in fault for _, fault in checked(as_old))
