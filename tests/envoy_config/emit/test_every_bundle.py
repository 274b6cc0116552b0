"""Whole bundles by value, and what holds for all of them.

`UPDATE_GOLDENS=1 pytest tests/envoy_config/emit/test_every_bundle.py` rewrites goldens/bundles.
"""

import os
from pathlib import PurePosixPath

import pytest

from envoy_config.bundle import Bundle, DocumentKind, Signal, Way
from envoy_config.emit import EMITTERS, emit, mesh_names
from envoy_config.emit.text import text_of
from envoy_config.intent import Intent, Mesh, MeshKind, load_intent
from envoy_config.intent.control_plane import ControlPlane
from envoy_config.rules.mesh_files import read_bundle
from meshhub.errors import NotFound
from meshhub.secret import MASK
from tests.envoy_config.emit.conftest import EVERY_VERSION, GOLDENS, HEAD, intent_of

NAMES = mesh_names(load_intent(GOLDENS / "meshes.yaml"))
TOKEN = "hub-token.1"
SECRET_HEAD = HEAD.replace('"}', f'", token: {TOKEN}, tls: {{ca_file: /etc/hub-ca.pem}}}}')


def rendered(bundle: Bundle) -> str:
    """A bundle as one text."""
    parts = [f"{bundle.kind} {bundle.version}"]
    parts += [f"{row.signal} | {row.what} | {row.way} | {row.how}" for row in bundle.arrivals]
    parts += [f"- {note}" for note in bundle.notes]
    for document in (*bundle.documents, *bundle.permissions):
        parts.append(
            f"=== {document.path} ({document.kind}): {document.name}\n"
            f"=== to {document.applies_to}; cluster: {document.cluster or 'all'}\n"
            f"=== restart: {document.restart or 'none'}\n"
            f"{text_of(document).rstrip()}"
        )
    return "\n".join(parts) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_bundle_is_as_kept(meshes: Intent, name: str) -> None:
    golden = GOLDENS / "bundles" / f"{name}.txt"
    text = rendered(emit(meshes, name))
    if os.environ.get("UPDATE_GOLDENS"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_no_golden_is_left_over() -> None:
    assert sorted(path.stem for path in (GOLDENS / "bundles").iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_file_gives_the_same_bundle(name: str) -> None:
    first, second = (rendered(emit(load_intent(GOLDENS / "meshes.yaml"), name)) for _ in range(2))
    assert first == second


def test_every_kind_has_an_emitter() -> None:
    assert set(EMITTERS) == set(MeshKind) - {MeshKind.ENVOY}


@pytest.mark.parametrize(("kind", "version"), EVERY_VERSION)
def test_every_version_gives_a_bundle_that_says_what_arrives_of_each_signal(kind: MeshKind, version: str) -> None:
    bundle = emit(intent_of(f"- {{name: m, kind: {kind}, version: '{version}'}}\n"), "m")
    assert (bundle.mesh, bundle.kind, bundle.version) == ("m", kind, version)
    assert {row.signal for row in bundle.arrivals} == set(Signal)
    assert all(row.how for row in bundle.arrivals)
    assert bundle.documents
    assert bundle.notes


@pytest.mark.parametrize(("kind", "version"), EVERY_VERSION)
def test_paths_are_relative_and_unique(kind: MeshKind, version: str) -> None:
    bundle = emit(intent_of(f"- {{name: m, kind: {kind}, version: '{version}', clusters: [a, b]}}\n"), "m")
    paths = [PurePosixPath(document.path) for document in (*bundle.documents, *bundle.permissions)]
    assert len(set(paths)) == len(paths)
    assert not [path for path in paths if path.is_absolute() or ".." in path.parts]


@pytest.mark.parametrize(("kind", "version"), EVERY_VERSION)
def test_a_signal_that_is_off_is_said_to_be_off(kind: MeshKind, version: str) -> None:
    off = "signals: {access_logs: false, spans: false, stats: false}"
    bundle = emit(intent_of(f"- {{name: m, kind: {kind}, version: '{version}', {off}}}\n"), "m")
    assert {row.way for row in bundle.arrivals} <= {Way.OFF, Way.IMPOSSIBLE}
    assert "OpenTelemetryAccessLogConfig" not in rendered(bundle)


@pytest.mark.parametrize(("kind", "version"), EVERY_VERSION)
def test_a_token_is_shown_as_stars_and_written_in_clear(kind: MeshKind, version: str) -> None:
    bundle = emit(intent_of(f"- {{name: m, kind: {kind}, version: '{version}'}}\n", SECRET_HEAD), "m")
    documents = (*bundle.documents, *bundle.permissions)
    shown = "".join(text_of(document) for document in documents) + repr(bundle)
    assert TOKEN not in shown
    written = "".join(text_of(document, reveal=True) for document in documents)
    assert (TOKEN in written) == (MASK in shown)


def test_a_mesh_of_plain_envoys_is_a_bundle_too(full_mesh: Mesh) -> None:
    bundle = emit(full_mesh, "lab")
    assert len(bundle.documents) == 7
    assert mesh_names(full_mesh) == ["lab"]


def test_proxies_that_the_hub_configures_get_a_small_bootstrap_and_the_way_to_the_hub(full_mesh: Mesh) -> None:
    plane = ControlPlane.model_validate({"ads": "hub.lab:18000", "identity": "spiffe://lab/ns/meshhub/sa/hub"})
    whole, bundle = emit(full_mesh, "lab"), emit(full_mesh.model_copy(update={"control_plane": plane}), "lab")
    bootstraps = [each for each in bundle.documents if each.kind is DocumentKind.ENVOY]
    assert [each.path for each in bootstraps] == [each.path for each in whole.documents]
    assert not any("listeners" in text_of(each) for each in bootstraps)
    assert [each.content for each in bundle.served] == [each.content for each in whole.documents]
    assert not {each.path for each in bundle.served} & {each.path for each in bundle.documents}
    secrets = [each for each in bundle.documents if each.kind is DocumentKind.ENVOY_SECRETS]
    assert len({each.path for each in secrets}) == len(secrets) > 0
    for each in secrets:
        assert each.applies_to.startswith(f"/etc/meshhub/{each.path} where proxies of ")
    in_clear = emit(full_mesh.model_copy(update={"control_plane": plane.model_copy(update={"identity": None})}), "lab")
    assert {each.kind for each in in_clear.documents} == {DocumentKind.ENVOY}


def test_what_is_served_live_is_checked_as_what_is_applied(full_mesh: Mesh) -> None:
    plane = ControlPlane.model_validate({"ads": "hub.lab:18000"})
    bundle = emit(full_mesh.model_copy(update={"control_plane": plane}), "lab")
    origins = {each.source.origin for each in read_bundle(bundle, "mesh.yaml").objects}
    assert {f"mesh.yaml → lab/{each.path}" for each in (*bundle.documents, *bundle.served)} == origins


def test_a_mesh_that_is_not_there_is_said_to_be_so(meshes: Intent) -> None:
    with pytest.raises(NotFound, match="could not find the mesh nothing in the mesh file: it has istio-new,"):
        emit(meshes, "nothing")
