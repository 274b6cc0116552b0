"""`meshhub ads status` and what `meshhub wire` asks of a running hub: sampling and faults of the mesh that it serves,
its history, and a rollback in the cluster that it may apply to."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from meshhub.cli import main
from meshhub.demo.pki import Authority
from meshhub.testing.fake_kubernetes import FakeKubernetes
from meshhub.testing.fake_kubernetes import serving as serving_cluster
from meshhub.testing.hub import FREE, RunningHub, running_hub

ISTIO = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "istio", "namespace": "istio-system"},
    "data": {"mesh": "{}\n"},
}
ISTIO_MESH = """\
apiVersion: meshhub/v1
hub: {{otlp: "meshhub.shop.svc.cluster.local:4317"}}
sampling_percent: {percent}
meshes:
- {{name: prod, kind: istio, version: "1.30"}}
"""
SERVICES = ("cart", "ratings", "reviews")
PORTS = {"app_port": 8080, "inbound_port": 15006, "outbound_port": 15001, "admin_port": 15000}
MESH = {
    "apiVersion": "meshhub/v1",
    "cluster": "lab",
    "trust_domain": "lab.example",
    "hub": {"otlp": "hub.example:4317"},
    "control_plane": {"ads": "hub.example:18000"},
    "sampling_percent": 50,
    "services": [
        {
            "name": name,
            "namespace": "shop",
            "versions": [{"version": "v1", "instances": [{"address": f"10.0.0.{last}", **PORTS}]}],
        }
        for last, name in enumerate(SERVICES, 1)
    ],
}


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code if isinstance(ended.value.code, int) else 0


@pytest.fixture(scope="module")
def mesh_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mesh") / "mesh.yaml"
    certificates = path.parent / "certificates"
    authority = Authority("lab", now=datetime.now(UTC), uri="spiffe://lab.example")
    for name in SERVICES:
        authority.issue(name, uris=[f"spiffe://lab.example/ns/shop/sa/{name}"]).write(certificates / name)
    (certificates / "ca.pem").write_bytes(authority.certificate)
    path.write_text(json.dumps(MESH | {"certificates": str(certificates)}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Of a cluster with Istio, whose mesh configuration nobody else owns."""
    state, path = FakeKubernetes(), tmp_path_factory.mktemp("cluster") / "kubeconfig"
    state.put(ISTIO, "meshhub")
    with serving_cluster(state, path):
        yield path


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory, mesh_file: Path, kubeconfig: Path) -> Iterator[RunningHub]:
    """A hub that serves the mesh, whose proxies are all away, and may apply to a cluster."""
    settings = {"ads.address": FREE, "ads.mesh_file": str(mesh_file), "ads.reload_seconds": "3600"}
    settings |= {"wiring.live": "true", "wiring.apply": "true"}
    environment = {"KUBECONFIG": str(kubeconfig)}
    with running_hub(tmp_path_factory.mktemp("serving"), settings=settings, environment=environment) as hub:
        yield hub


@pytest.fixture
def unchanged(serving: RunningHub) -> Iterator[RunningHub]:
    """The hub; what a test changed is taken back."""
    yield serving
    overrides = proxies(serving)["overrides"]
    for service in (None, *overrides["services"]):
        run("wire", "sampling", "file", *(("--service", service) if service else ()), "--url", serving.url)
    for service in overrides["faults"]:
        run("wire", "fault", service, "--off", "--url", serving.url)


def proxies(hub: RunningHub) -> Any:
    return hub.get("/api/v1/wiring/proxies").json()


def test_every_proxy_of_the_mesh_file_is_shown(serving: RunningHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ads", "status", "--url", serving.url, "--json") == 0
    body = json.loads(capsys.readouterr().out)
    assert [each["node"] for each in body["proxies"]] == [f"{name}-v1-0.shop" for name in SERVICES]
    assert {each["standing"] for each in body["proxies"]} == {"away"}
    run("ads", "status", "--url", serving.url)
    said = capsys.readouterr().out
    assert all(each["node"] in said for each in body["proxies"])


def test_sampling_is_changed_shown_and_taken_back(unchanged: RunningHub, capsys: pytest.CaptureFixture[str]) -> None:
    url = ("--url", unchanged.url)
    before = {each["node"]: each["wanted"] for each in proxies(unchanged)["proxies"]}
    assert run("wire", "sampling", "12.5%", *url) == 0
    assert run("wire", "sampling", "3", "--service", "cart", "--author", "ada", *url) == 0
    assert "sampling of cart.shop: 3 %" in capsys.readouterr().out
    changed = proxies(unchanged)
    assert changed["overrides"]["sampling_percent"] == 12.5
    assert changed["overrides"]["services"] == {"cart.shop": 3}
    assert before != {each["node"]: each["wanted"] for each in changed["proxies"]}
    run("ads", "status", *url)
    said = capsys.readouterr().out
    assert "Sampling: 12.5 %, where the mesh file says " in said
    assert "Sampling of cart.shop: 3 %" in said
    (newest, *_) = unchanged.get("/api/v1/wiring/history").json()["versions"]
    assert (newest["author"], newest["message"]) == ("ada", "sampling of cart.shop: 3 %")
    assert run("wire", "sampling", "file", *url) == 0
    assert run("wire", "sampling", "file", "--service", "cart.shop", *url) == 0
    assert before == {each["node"]: each["wanted"] for each in proxies(unchanged)["proxies"]}


def test_a_fault_is_set_shown_and_ended(unchanged: RunningHub, capsys: pytest.CaptureFixture[str]) -> None:
    url = ("--url", unchanged.url)
    fault = ("--delay", "0.5", "--delay-percent", "20", "--status", "502", "--abort-percent", "5")
    assert run("wire", "fault", "cart", *fault, *url) == 0
    assert "fault at cart.shop: 20 % delayed by 0.5 s, 5 % answered 502" in capsys.readouterr().out
    run("ads", "status", *url)
    assert "Fault injected at cart.shop" in capsys.readouterr().out
    assert run("wire", "fault", "cart.shop", "--off", *url) == 0
    assert proxies(unchanged)["overrides"]["faults"] == {}


def test_what_cannot_be_is_told_and_changes_nothing(serving: RunningHub, capsys: pytest.CaptureFixture[str]) -> None:
    before = proxies(serving)["overrides"]
    for arguments, said in (
        (("sampling", "101"), "from 0 to 100"),
        (("sampling", "nan"), "from 0 to 100"),
        (("sampling", "half"), "from 0 to 100"),
        (("sampling", "5", "--service", "ghost"), "could not find the service ghost: the mesh file has "),
        (("fault", "ghost", "--off"), "could not find the service ghost"),
        (("fault", "ghost", "--abort-percent", "101"), "or equal to"),
        (("fault", "ghost"), "give delay_percent or abort_percent"),
        (("fault", "ghost", "--abort-percent", "5", "--status", "200"), "body.fault.abort_status"),
    ):
        assert run("wire", *arguments, "--url", serving.url) != 0
        assert said in " ".join(capsys.readouterr().err.split()), arguments
    assert proxies(serving)["overrides"] == before


def test_changes_at_the_same_time_do_not_undo_each_other(unchanged: RunningHub) -> None:
    names = [f"{name}.shop" for name in SERVICES]

    def change(name: str) -> int:
        body = {"percent": 7, "service": name, "author": "a test"}
        return unchanged.post("/api/v1/wiring/sampling", body).status_code

    with ThreadPoolExecutor(len(names)) as pool:
        assert set(pool.map(change, names)) == {200}
    assert proxies(unchanged)["overrides"]["services"] == dict.fromkeys(names, 7)


def test_a_change_that_a_wrong_mesh_file_keeps_from_being_served_says_so_and_is_kept(
    unchanged: RunningHub, mesh_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = mesh_file.read_text(encoding="utf-8")
    mesh_file.write_text("apiVersion: meshhub/v1\nhbu: {}\n", encoding="utf-8")
    try:
        assert run("wire", "sampling", "9", "--url", unchanged.url) == 1
        said = " ".join(capsys.readouterr().err.split())
        assert "could not put it in force" in said
        assert "hbu: unknown key" in said
        assert run("ads", "status", "--url", unchanged.url) == 1
        assert "Not served: " in capsys.readouterr().out
    finally:
        mesh_file.write_text(good, encoding="utf-8")
    assert run("wire", "sampling", "8", "--service", "cart", "--url", unchanged.url) == 0
    found = proxies(unchanged)["overrides"]
    assert found == {"sampling_percent": 9, "services": {"cart.shop": 8}, "faults": {}}


def test_a_hub_that_serves_no_mesh_says_what_to_set(hub: RunningHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ads", "status", "--url", hub.url) == 0
    assert "set ads.address and ads.mesh_file" in capsys.readouterr().out
    for arguments in (("sampling", "5"), ("fault", "cart", "--off")):
        assert run("wire", *arguments, "--url", hub.url) == 1
        assert "ads.mesh_file" in capsys.readouterr().err


def test_the_history_of_a_running_hub_is_read_and_rolled_back_over_its_api(
    serving: RunningHub,
    kubeconfig: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    mesh, kept, asked = tmp_path / "istio.yaml", ("--data-dir", str(serving.data_dir)), ("--url", serving.url)

    def said(*arguments: str) -> str:
        capsys.readouterr()
        assert run("wire", *arguments) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    for percent in (100, 10):
        mesh.write_text(ISTIO_MESH.format(percent=percent), encoding="utf-8")
        said("apply", str(mesh), "--author", "ann", *kept)
    newest, former = json.loads(said("history", "--mesh", "prod", "--json", *asked))
    for one in ((), (newest["name"],), (newest["name"], former["name"]), (newest["name"], "--documents")):
        for shown in ((), ("--json",)):
            assert said("history", *one, *shown, *asked) == said("history", *one, *shown, *kept)
    assert "randomSamplingPercentage: 100" in said("history", newest["name"], *asked)

    monkeypatch.setenv("MESHHUB_URL", serving.url)
    back = ("rollback", former["name"], "--author", "bea", "-m", "back")
    assert "Nothing was written to kubernetes prod." in said(*back, "--dry-run")
    assert f"bea rolled istio of prod (kubernetes prod) back to {former['name']} (now v" in said(*back)
    (latest, *_) = json.loads(said("history", "--mesh", "prod", "--json"))
    assert (latest["author"], latest["message"], latest["restores"]) == ("bea", "back", former["id"])
    mesh.write_text(ISTIO_MESH.format(percent=100), encoding="utf-8")
    assert said("diff", str(mesh), "--live", *kept).startswith("0 of ")
    assert run("wire", "rollback", "v999") == 1
    assert "could not find" in capsys.readouterr().err
