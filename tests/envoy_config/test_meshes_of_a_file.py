"""The `meshes` of a mesh file and what all meshes share: what is understood, and what is refused where and why."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoy_config.intent import Intent, Mesh, MeshKind, load_intent, parse_intent
from envoy_config.intent.data_planes import VERSIONS
from meshhub.errors import ConfigurationError

HEAD = """\
apiVersion: meshhub/v1
hub: {otlp: "meshhub.observability:4317"}
access_logs: {}
meshes:
"""


def parse(text: str) -> Intent:
    return parse_intent(text, origin="mesh.yaml", directory=Path())


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    return [str(fault) for fault in caught.value.faults]


def test_a_file_with_meshes_only_needs_nothing_of_plain_envoys() -> None:
    intent = parse(HEAD + "- {name: prod, kind: istio}\n")
    assert not isinstance(intent, Mesh)
    assert (intent.meshes[0].kind, intent.meshes[0].release) == (MeshKind.ISTIO, VERSIONS[MeshKind.ISTIO][-1])
    assert (intent.meshes[0].control, intent.meshes[0].cluster_names) == ("istio-system", ("prod",))


def test_a_mesh_of_plain_envoys_may_stand_beside_others(goldens: Path, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("abc")
    text = (goldens / "mesh.yaml").read_text(encoding="utf-8") + "meshes: [{name: prod, kind: kuma}]\n"
    (tmp_path / "mesh.yaml").write_text(text, encoding="utf-8")
    intent = load_intent(tmp_path / "mesh.yaml")
    assert isinstance(intent, Mesh)
    assert [mesh.name for mesh in intent.meshes] == ["prod"]


def test_receivers_have_their_usual_ports_and_the_tls_of_otlp_unless_they_are_said() -> None:
    hub = parse(HEAD + "- {name: prod, kind: istio}\n").hub
    assert [r.address.port for r in (hub.for_als, hub.over_http, hub.for_zipkin)] == [4317, 4318, 9411]
    own = "hub: {otlp: 'a:1', tls: {ca_file: /ca}, als: 'b:2', zipkin: {address: 'c:3', tls: none}}"
    hub = parse(HEAD.replace('hub: {otlp: "meshhub.observability:4317"}', own) + "- {name: prod, kind: istio}\n").hub
    assert (hub.for_als.address.host, hub.tls_of(hub.for_als)) == ("b", hub.tls)
    assert (hub.for_zipkin.address.port, hub.tls_of(hub.for_zipkin)) == (3, None)


@pytest.mark.parametrize(
    ("mesh", "reason"),
    [
        ("name: m, kind: nothing", "meshes.0.kind: Input should be 'envoy', 'istio'"),
        ("name: m, kind: envoy", "meshes.0.kind: a mesh of plain Envoys is said at the top of the file"),
        ("name: M, kind: istio", "meshes.0.name: 'M' is not a DNS label"),
        ("name: m, kind: istio, version: 1.30", "meshes.0.version: 1.3 is a number: write the version in quotes"),
        ("name: m, kind: istio, version: '1.19'", "meshes.0.version: istio 1.19 is not known: 1.24, 1.25,"),
        ("name: m, kind: linkerd, spans_by: zipkin", "meshes.0.spans_by: says nothing for linkerd: only for istio,"),
        ("name: m, kind: istio, waypoints: []", "meshes.0.waypoints: says nothing for istio: only for istio-ambient"),
        ("name: m, kind: kuma, namespaces: {}", "meshes.0.namespaces: says nothing for kuma"),
        ("name: m, kind: istio, clusters: [a, a]", "meshes.0.clusters.1: a is there twice"),
        ("name: m, kind: istio, namespaces: {include: [a], exclude: [b]}", "meshes.0.namespaces: include and exclude"),
        (
            "name: m, kind: istio, services: {exclude: [web]}",
            "meshes.0.services.exclude.0: 'web' is not <service>.<namesp",
        ),
        (
            "name: m, kind: istio, sampling: [{service: a.b, percent: 101}]",
            "meshes.0.sampling.0.percent: Input should be",
        ),
        (
            "name: m, kind: istio, sampling: [{service: a.b, percent: 1}, {service: a.b, percent: 2}]",
            "meshes.0.sampling.1.service: a.b is there twice",
        ),
        ("name: m, kind: istio, typo: 1", "meshes.0.typo: unknown key"),
        ("name: m, kind: istio, stats_by: push", "meshes.0.stats_by: push needs namespaces.include"),
    ],
)
def test_a_wrong_mesh_is_refused_with_its_line(mesh: str, reason: str) -> None:
    (fault,) = faults(f"{HEAD}- {{{mesh}}}\n")
    assert fault.startswith(f"mesh.yaml:5: {reason}")


@pytest.mark.parametrize(
    ("access_logs", "reason"),
    [
        ("filter: {exclude_paths: [healthz]}", "access_logs.filter.exclude_paths.0: String should match pattern"),
        ('filter: {exclude_paths: ["/a\'b"]}', "access_logs.filter.exclude_paths.0: String should match pattern"),
        ("filter: {response_flags: [XX]}", "access_logs.filter.response_flags"),
        ("filter: {cel: 'a('}", "access_logs.filter.cel: the expression is not one line with balanced parentheses"),
        ("filter: {share_percent: -1}", "access_logs.filter.share_percent: Input should be greater"),
        ("filter: {status_from: 1}", "access_logs.filter.status_from: Input should be greater"),
        ("fields: {exclude: [nothing]}", "access_logs.fields.exclude.0: there is no field nothing"),
        ("fields: {exclude: [response_flags]}", "access_logs.fields.exclude.0: response_flags cannot be left out"),
        (
            "fields: {request_headers: [Cookie]}",
            "access_logs.fields.request_headers.0: 'Cookie' is not the name of a header",
        ),
        ("fields: {request_headers: [cookie]}", "access_logs.fields.request_headers.0: cookie may have credentials"),
        ("fields: {response_headers: [set-cookie]}", "access_logs.fields.response_headers.0: set-cookie may have"),
        ("fields: {query_strings: hide}", "access_logs.fields.query_strings: Input should be 'keep' or 'drop'"),
    ],
)
def test_wrong_access_logs_are_refused_with_their_line(access_logs: str, reason: str) -> None:
    text = HEAD.replace("access_logs: {}", f"access_logs: {{{access_logs}}}") + "- {name: m, kind: istio}\n"
    assert any(fault.startswith(f"mesh.yaml:3: {reason}") for fault in faults(text))


def test_all_faults_are_told_at_once_in_the_order_of_lines() -> None:
    text = HEAD + "- {name: m, kind: istio, version: '9'}\n- {name: m, kind: linkerd, spans_by: otlp}\n- {kind: kuma}\n"
    assert [fault.split(": ")[0] for fault in faults(text)] == ["mesh.yaml:5", "mesh.yaml:6", "mesh.yaml:7"]


def test_two_meshes_of_one_name_are_refused() -> None:
    text = HEAD + "- {name: m, kind: istio}\n- {name: m, kind: linkerd}\n"
    assert faults(text) == ["mesh.yaml:6: meshes.1.name: m is there twice"]


def test_a_mesh_called_as_the_plain_one_is_refused(goldens: Path) -> None:
    text = (goldens / "mesh.yaml").read_text(encoding="utf-8").replace("  token_file: token\n", "")
    (fault,) = faults(text + "meshes: [{name: lab, kind: kuma}]\n")
    assert "meshes.0.name: lab is the cluster of the mesh of plain Envoys" in fault


@given(st.text(max_size=200))
def test_any_text_is_a_mesh_file_or_a_configuration_error(text: str) -> None:
    with suppress(ConfigurationError):
        assert parse(HEAD + text).meshes
