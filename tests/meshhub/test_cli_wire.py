"""`meshhub wire`: rules, checks, the way into a cluster or a directory and back."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshhub.cli import main
from meshhub.testing.fake_kubernetes import FakeKubernetes, serving

MESH = """\
apiVersion: meshhub/v1
hub: {otlp: "meshhub.shop.svc.cluster.local:4317"}
sampling_percent: 100
meshes:
- {name: prod, kind: istio, version: "1.30"}
"""
ISTIO = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "istio", "namespace": "istio-system"},
    "data": {"mesh": "extensionProviders:\n- name: theirs\n  prometheus: {}\n"},
}
BAD = "kind: Service\nmetadata: {name: a\n---\n" + yaml.safe_dump(
    {"kind": "EnvoyFilter", "spec": {"configPatches": [{"applyTo": "BOOTSTRAP"}]}}
)


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    return ended.value.code if isinstance(ended.value.code, int) else 0


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKubernetes]:
    state = FakeKubernetes()
    state.put(ISTIO, "meshhub")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    with serving(state, tmp_path / "kubeconfig"):
        yield state


@pytest.fixture
def mesh_file(tmp_path: Path) -> Path:
    path = tmp_path / "mesh.yaml"
    path.write_text(MESH, encoding="utf-8")
    return path


def test_rules_are_listed_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("wire", "rules", "--json") == 0
    rules = json.loads(capsys.readouterr().out)
    assert len(rules) >= 30
    assert run("wire", "explain", "mh017") == 0
    said = capsys.readouterr().out
    assert "MH017 envoyfilter-bootstrap (error)" in said
    assert "  - applyTo: BOOTSTRAP" in said
    assert run("wire", "explain", "MH999") == 1
    assert "`meshhub wire rules`" in capsys.readouterr().err


def test_a_check_names_file_and_line_and_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD, encoding="utf-8")
    assert run("wire", "check", path) == 1
    said = capsys.readouterr().out
    assert f"{path}:3: error MH000: is no YAML" in said
    assert f"{path}:7: error MH017 envoyfilter-bootstrap" in said
    assert run("wire", "check", tmp_path, "--fail-on", "never") == 0
    capsys.readouterr()
    assert run("wire", "check", path, "--format", "sarif", "--ignore", "MH017") == 1
    log = json.loads(capsys.readouterr().out)["runs"][0]
    assert [each["ruleId"] for each in log["results"]] == ["MH000"]
    ids = [each["id"] for each in log["tool"]["driver"]["rules"]]
    assert "MH001" in ids
    assert "MH017" not in ids


def test_a_check_reads_standard_input_and_wants_something(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(BAD))
    assert run("wire", "check", "-", "--format", "json") == 1
    body = json.loads(capsys.readouterr().out)
    assert [(each["code"], each["origin"], each["line"]) for each in body["findings"]] == [("MH017", "<stdin>", 7)]
    assert [each["origin"] for each in body["faults"]] == ["<stdin>"]
    assert run("wire", "check") == 1


def test_a_mesh_file_is_checked_with_what_it_emits(mesh_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("wire", "check", mesh_file) == 0
    capsys.readouterr()
    mesh_file.write_text(MESH.replace("sampling_percent: 100", "sampling_percent: 0"), encoding="utf-8")
    run("wire", "check", mesh_file, "--fail-on", "warning")
    assert "MH010 sampling-zero" in capsys.readouterr().out
    mesh_file.write_text(MESH.replace("otlp", "oltp"), encoding="utf-8")
    assert run("wire", "check", mesh_file) == 1
    assert f"{mesh_file}:2: error MH000: hub.oltp: unknown key" in capsys.readouterr().out


def test_from_the_mesh_file_into_a_cluster_and_back(
    cluster: FakeKubernetes, mesh_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ("--data-dir", tmp_path / "data")
    assert run("wire", "apply", mesh_file, "--dry-run", *data) == 0
    assert cluster.live("Telemetry", "meshhub", "istio-system") is None
    assert run("wire", "apply", mesh_file, "-m", "first", "--author", "ann", *data) == 0
    assert "v1 of istio of prod (kubernetes prod) is in force." in capsys.readouterr().out
    mesh = yaml.safe_load((cluster.live("ConfigMap", "istio", "istio-system") or {})["data"]["mesh"])
    assert [each["name"] for each in mesh["extensionProviders"]] == ["theirs", "meshhub-logs", "meshhub-spans"]
    assert run("wire", "diff", mesh_file, *data) == 0
    assert run("wire", "diff", mesh_file, "--live", *data) == 0

    mesh_file.write_text(MESH.replace("sampling_percent: 100", "sampling_percent: 10"), encoding="utf-8")
    for against in ((), ("--live",)):
        capsys.readouterr()
        assert run("wire", "diff", mesh_file, "--json", *against, *data) == 1
        documents = json.loads(capsys.readouterr().out)["documents"]
        (field,) = [field for each in documents for field in each["fields"]]
        assert field["path"] == "spec.tracing[0].randomSamplingPercentage"
    assert run("wire", "apply", mesh_file, *data) == 0
    assert sampling(cluster) == 10

    assert run("wire", "rollback", "v1", "-m", "back", *data) == 0
    assert sampling(cluster) == 100
    capsys.readouterr()
    assert run("wire", "history", "--json", *data) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(each["name"], each["deed"], each["message"]) for each in found] == [
        ("v3", "rollback", "back"),
        ("v2", "apply", ""),
        ("v1", "apply", "first"),
    ]
    assert found[2]["author"] == "ann"
    assert run("wire", "history", "v3", *data) == 0
    assert "randomSamplingPercentage: 10" in capsys.readouterr().out
    assert run("wire", "history", "v3", "v1", *data) == 0
    assert "randomSamplingPercentage" not in capsys.readouterr().out


def sampling(cluster: FakeKubernetes) -> float:
    found = cluster.live("Telemetry", "meshhub", "istio-system")
    assert found is not None
    return float(found["spec"]["tracing"][0]["randomSamplingPercentage"])


def test_what_others_own_is_reported_and_nothing_is_on_record(
    cluster: FakeKubernetes, mesh_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ("--data-dir", tmp_path / "data")
    cluster.objects.clear()
    for name in ("istio-system", "shop"):
        cluster.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, "kubectl")
    cluster.put(ISTIO, "helm")
    assert run("wire", "apply", mesh_file, *data) == 1
    assert ".data.mesh is owned by helm" in capsys.readouterr().err
    assert run("wire", "history", "--json", *data) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run("wire", "apply", mesh_file, "--force-conflicts", *data) == 0


def test_a_service_of_the_hub_that_its_chart_made_is_left_to_it(
    cluster: FakeKubernetes, mesh_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, namespace = "meshhub", "shop"
    spec = {"selector": {"app.kubernetes.io/name": "meshhub"}, "ports": [{"port": 4317, "targetPort": "grpc-otlp"}]}
    made = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace}, "spec": spec}
    cluster.put(made, "helm")
    assert run("wire", "apply", mesh_file, "--force-conflicts", "--data-dir", tmp_path / "data") == 0
    assert f"elsewhere  service-{namespace}-{name}.yaml" in capsys.readouterr().out
    assert (cluster.live("Service", name, namespace) or {})["spec"] == spec
    assert run("wire", "remove", mesh_file, "--data-dir", tmp_path / "data") == 0
    assert (cluster.live("Service", name, namespace) or {})["spec"] == spec


def test_from_the_mesh_file_into_a_directory_and_back(
    mesh_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, wired = ("--data-dir", tmp_path / "data"), tmp_path / "wired"
    assert run("wire", "apply", mesh_file, "--to", wired, *data) == 0
    telemetry = next(wired.glob("telemetry*.yaml"))
    first = telemetry.read_text(encoding="utf-8")
    mesh_file.write_text(MESH.replace("sampling_percent: 100", "sampling_percent: 10"), encoding="utf-8")
    assert run("wire", "diff", mesh_file, "--to", wired, *data) == 1
    assert run("wire", "apply", mesh_file, "--to", wired, *data) == 0
    assert telemetry.read_text(encoding="utf-8") != first
    assert run("wire", "rollback", "1", *data) == 0
    assert telemetry.read_text(encoding="utf-8") == first
    assert run("wire", "rollback", "v9", *data) == 1
    assert run("wire", "rollback", "the last one", *data) == 1
    capsys.readouterr()


def test_a_bundle_is_emitted_as_text_files_and_json(
    mesh_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("wire", "emit", mesh_file) == 0
    kinds = [each["kind"] for each in yaml.safe_load_all(capsys.readouterr().out) if each and "kind" in each]
    assert "Telemetry" in kinds
    assert run("wire", "emit", mesh_file, "--to", tmp_path / "out", "--json") == 0
    body = json.loads(capsys.readouterr().out)
    written = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert written == {each["path"] for each in body["documents"]}
    assert run("wire", "emit", mesh_file, "--summary") == 0
    assert "access logs" in capsys.readouterr().out
    assert run("wire", "emit", mesh_file, "--mesh", "other") == 1
    assert run("wire", "schema") == 0
    assert json.loads(capsys.readouterr().out)["title"] == "meshhub mesh file"


def test_the_wiring_goes_with_or_without_a_record_of_it(
    cluster: FakeKubernetes, mesh_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the chart's hooks do it: each job has an empty data directory."""
    assert run("wire", "apply", mesh_file, "--data-dir", tmp_path / "first") == 0
    made = dict(cluster.objects)
    assert run("wire", "remove", mesh_file, "--dry-run", "--data-dir", tmp_path / "second") == 0
    assert "Nothing was taken from" in capsys.readouterr().out
    assert dict(cluster.objects) == made
    assert run("wire", "remove", mesh_file, "--message", "uninstalled", "--data-dir", tmp_path / "second") == 0
    assert "it was taken away" in capsys.readouterr().out
    left = [each["kind"] for each in cluster.objects.values() if _managed(each) == {"meshhub"}]
    assert left == ["ConfigMap"]  # Istio's own, which the fixture has us own
    mesh = yaml.safe_load((cluster.live("ConfigMap", "istio", "istio-system") or {})["data"]["mesh"])
    assert mesh == {"enableTracing": True, "extensionProviders": [{"name": "theirs", "prometheus": {}}]}
    assert run("wire", "remove", mesh_file, "--data-dir", tmp_path / "second") == 0


def _managed(content: dict[str, Any]) -> set[str]:
    return {each["manager"] for each in content["metadata"].get("managedFields", ())}
