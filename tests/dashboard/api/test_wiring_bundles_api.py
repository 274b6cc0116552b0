"""The API of the bundles: what a mesh needs, what is wrong, what would change, applying and going back."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from pydantic import TypeAdapter

from dashboard.api.wiring_body import ApplicationBody, BundlesBody, CheckedBody, LiveDiffBody
from envoy_config.history.history import History
from envoy_config.settings import WiringSettings
from meshhub.testing.fake_kubernetes import FakeKubernetes, serving
from meshhub.testing.fake_reads import FakeReads
from tests.dashboard.api.conftest import application

Ask = Callable[..., httpx.Response]

MESH = """\
apiVersion: meshhub/v1
hub: {otlp: "meshhub.shop.svc.cluster.local:4317", token: secret-token-1, tls: {ca_file: /etc/ca.pem}}
sampling_percent: 100
meshes:
- {name: prod, kind: istio, version: "1.30"}
"""
TEN = MESH.replace("sampling_percent: 100", "sampling_percent: 10")


@pytest.fixture
def mesh_file(tmp_path: Path) -> Path:
    path = tmp_path / "mesh.yaml"
    path.write_text(MESH, encoding="utf-8")
    return path


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKubernetes]:
    state = FakeKubernetes()
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    with serving(state, tmp_path / "kubeconfig"):
        yield state


def asker(settings: WiringSettings) -> Ask:
    reads = FakeReads()
    reads.wiring.connect(History(":memory:"), settings)
    app = application(reads)

    def ask(method: str, path: str, body: Any = None) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
                return await client.request(method, f"/api/v1/wiring/{path}", json=body)

        return asyncio.run(send())

    return ask


def test_a_hub_without_a_mesh_file_has_no_bundles_and_may_nothing() -> None:
    ask = asker(WiringSettings())
    assert ask("GET", "bundles").json() == {"bundles": []}
    assert ask("GET", "bundles/prod").status_code == 404
    assert ask("POST", "bundles/prod/apply", {}).status_code == 400
    assert ask("GET", "check/live").status_code == 400


def test_bundles_have_documents_arrivals_findings_and_no_secret(mesh_file: Path) -> None:
    answer = asker(WiringSettings(mesh_file=mesh_file))("GET", "bundles")
    assert answer.status_code == 200
    TypeAdapter(BundlesBody).validate_python(answer.json(), extra="forbid")
    (bundle,) = answer.json()["bundles"]
    assert (bundle["mesh"], bundle["kind"], bundle["applied"]) == ("prod", "istio", None)
    assert any("Telemetry" in each["text"] for each in bundle["documents"])
    assert bundle["arrivals"]
    assert [each for each in bundle["checked"]["findings"] if each["severity"] == "error"] == []
    assert "secret-token-1" not in answer.text


def test_a_wrong_mesh_file_is_a_conflict_that_names_the_line(mesh_file: Path) -> None:
    mesh_file.write_text(MESH.replace("kind: istio", "kind: isitio"), encoding="utf-8")
    answer = asker(WiringSettings(mesh_file=mesh_file))("GET", "bundles")
    assert answer.status_code == 409
    assert f"{mesh_file}:5" in answer.json()["detail"]


def test_configuration_that_is_given_is_checked() -> None:
    ask = asker(WiringSettings())
    answer = ask("POST", "check", {"text": "kind: EnvoyFilter\nspec: {configPatches: [{applyTo: BOOTSTRAP}]}\n---\n{"})
    assert answer.status_code == 200
    TypeAdapter(CheckedBody).validate_python(answer.json(), extra="forbid")
    body = answer.json()
    assert [(each["code"], each["line"]) for each in body["findings"]] == [("MH017", 2)]
    assert [each["line"] for each in body["faults"]] == [4]
    assert ask("POST", "check", {"text": 1}).status_code == 422


def test_a_bundle_is_compared_applied_and_rolled_back(cluster: FakeKubernetes, mesh_file: Path) -> None:
    ask = asker(WiringSettings(mesh_file=mesh_file, live=True, apply=True))
    live = ask("GET", "bundles/prod/live")
    TypeAdapter(LiveDiffBody).validate_python(live.json(), extra="forbid")
    assert {each["presence"] for each in live.json()["documents"]} == {"added"}
    tried = ask("POST", "bundles/prod/apply", {"dry_run": True}).json()
    assert tried["version"] is None
    assert cluster.live("Telemetry", "meshhub", "istio-system") is None

    done = ask("POST", "bundles/prod/apply", {"author": "ann", "message": "first"})
    TypeAdapter(ApplicationBody).validate_python(done.json(), extra="forbid")
    assert (done.json()["version"]["name"], done.json()["version"]["author"]) == ("v1", "ann")
    assert [each["path"] for each in done.json()["elsewhere"]] == ["mesh-config.yaml"]
    bundle = ask("GET", "bundles/prod").json()
    assert bundle["applied"]["name"] == "v1"
    assert {each["presence"] for each in bundle["changes"]} == {"unchanged"}

    mesh_file.write_text(TEN, encoding="utf-8")
    changed = [each for each in ask("GET", "bundles/prod").json()["changes"] if each["presence"] != "unchanged"]
    assert [each["fields"][0]["path"] for each in changed] == ["spec.tracing[0].randomSamplingPercentage"]
    assert ask("POST", "bundles/prod/apply", {}).json()["version"]["name"] == "v2"
    assert ask("POST", "history/1/rollback", {"message": "back"}).json()["version"]["name"] == "v3"
    found = cluster.live("Telemetry", "meshhub", "istio-system")
    assert found is not None
    assert found["spec"]["tracing"][0]["randomSamplingPercentage"] == 100
    assert ask("POST", "history/9/rollback", {}).status_code == 404


def test_what_the_cluster_refuses_is_a_conflict_and_a_cluster_that_is_away_unavailable(
    cluster: FakeKubernetes, mesh_file: Path, tmp_path: Path
) -> None:
    ask = asker(WiringSettings(mesh_file=mesh_file, live=True, apply=True))
    cluster.forbidden.add(("PATCH", "telemetries"))
    answer = ask("POST", "bundles/prod/apply", {})
    assert answer.status_code == 409
    assert 'the verb "patch" on telemetries' in answer.json()["detail"]
    assert ask("GET", "history").json()["versions"] == []
    config = yaml.safe_load((tmp_path / "kubeconfig").read_text(encoding="utf-8"))
    config["clusters"][0]["cluster"]["server"] = "http://127.0.0.1:1"
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config), encoding="utf-8")
    assert ask("GET", "bundles/prod/live").status_code == 503
