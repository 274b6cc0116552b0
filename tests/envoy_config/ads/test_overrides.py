"""Changes laid over the mesh file, snapshots that are consistent, and where Envoy's API comes from."""

import gzip
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from envoy_config.ads.api import DESCRIPTORS, from_json
from envoy_config.ads.overrides import FILE, Overrides, full_name, full_names, overlaid, read_overrides, write_overrides
from envoy_config.ads.service import Served
from envoy_config.ads.snapshot import make_snapshot
from envoy_config.check import find_envoy
from envoy_config.intent import Mesh, load_mesh
from envoy_config.intent.faults import InjectedFault
from envoy_config.planning import plan
from meshhub.demo.pki import Authority
from meshhub.errors import ConfigurationError, NotFound
from meshhub.testing.ads_clients import cluster, listener, routes, world
from meshhub.testing.envoy_api import extract

MESH = Path(__file__).parent.parent / "goldens" / "mesh.yaml"


@pytest.fixture(scope="module")
def mesh() -> Mesh:
    return load_mesh(MESH)


def test_sampling_of_one_service_wins_over_that_of_all(mesh: Mesh) -> None:
    name = full_name(full_names(mesh), mesh.services[0].name)
    changed = overlaid(mesh, Overrides().with_sampling(3, None).with_sampling(7, name))
    found = {f"{proxy.service}.{proxy.namespace}": proxy.sampling_percent for proxy in plan(changed)}
    assert found[name] == 7
    assert changed.sampling_percent == 3
    assert overlaid(mesh, Overrides().with_sampling(7, name).with_sampling(None, name)) == overlaid(mesh, Overrides())


def test_overrides_are_kept_and_what_is_none_is_told(tmp_path: Path) -> None:
    wanted = Overrides().with_sampling(0.5, None).with_fault(InjectedFault(delay_percent=10), "cart.shop")
    assert read_overrides(tmp_path / FILE) == Overrides()
    write_overrides(tmp_path / FILE, wanted)
    assert read_overrides(tmp_path / FILE) == wanted
    (tmp_path / FILE).write_text('{"sampling_percent": 101}')
    with pytest.raises(ConfigurationError, match=FILE):
        read_overrides(tmp_path / FILE)


def test_a_service_that_is_not_there_is_told_with_those_that_are(mesh: Mesh) -> None:
    with pytest.raises(NotFound, match=f"{mesh.services[0].name}.{mesh.services[0].namespace}"):
        full_name(full_names(mesh), "ghost")


def test_a_snapshot_that_names_what_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="RDS resource r names CDS b, which is not there") as told:
        make_snapshot("n", "s", [cluster("a", eds=False), listener("in", "gone"), routes("r", "a", "b")])
    assert "LDS resource in names RDS gone" in str(told.value)


def test_the_same_content_has_the_same_version_and_other_content_another() -> None:
    resources = [cluster("a", eds=False), cluster("b", eds=False), routes("r", "a", "b")]
    assert make_snapshot("n", "s", resources).version == make_snapshot("m", "t", resources[::-1]).version
    assert len({world("a").version, world("b").version, world("a", port=81).version}) == 3


def test_a_field_that_envoy_does_not_know_is_an_error() -> None:
    with pytest.raises(ValueError, match="no_such_field"):
        from_json("envoy.config.cluster.v3.Cluster", {"name": "a", "no_such_field": 1})


def test_the_descriptors_are_those_of_the_installed_envoy() -> None:
    envoy = find_envoy()
    assert envoy is not None
    expected = extract(envoy.read_bytes()).SerializeToString(deterministic=True)
    assert gzip.decompress(DESCRIPTORS.read_bytes()) == expected


VERSIONS = """
import sys
from pathlib import Path
from envoy_config.ads.building import Builder
from envoy_config.intent import load_mesh

for node, snapshot in Builder(Path(sys.argv[1])).build(load_mesh(Path(sys.argv[2]))).snapshots.items():
    print(node, snapshot.version)
"""


def test_a_mesh_has_the_same_versions_in_every_process(tmp_path: Path) -> None:
    authority = Authority("lab", now=datetime.now(UTC), uri="spiffe://lab.example")
    authority.issue("shop", uris=["spiffe://lab.example/ns/shop/sa/shop"]).write(tmp_path / "shop")
    (tmp_path / "ca.pem").write_bytes(authority.certificate)
    ports = {"app_port": 8080, "inbound_port": 15006, "outbound_port": 15001, "admin_port": 15000}
    content = {
        "apiVersion": "meshhub/v1",
        "cluster": "lab",
        "trust_domain": "lab.example",
        "hub": {"otlp": "hub.example:4317"},
        "control_plane": {"ads": "hub.example:18000"},
        "certificates": str(tmp_path),
        "services": [
            {
                "name": "shop",
                "namespace": "shop",
                "versions": [{"version": "v1", "instances": [{"address": "10.0.0.1", **ports}]}],
            }
        ],
    }
    (tmp_path / "mesh.yaml").write_text(json.dumps(content))

    def versions(seed: str) -> str:
        command = [sys.executable, "-c", VERSIONS, str(tmp_path), str(tmp_path / "mesh.yaml")]
        environment = os.environ | {"PYTHONHASHSEED": seed}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True).stdout

    assert versions("1").startswith("shop-v1-0.shop ")
    assert len({versions(seed) for seed in ("1", "2", "3")}) == 1


def test_what_is_served_is_in_force_since_it_changed_last(mesh: Mesh) -> None:
    first, later = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    served = Served().followed_by(mesh, Overrides(), (), first)
    assert served.followed_by(mesh, Overrides(), ("a certificate is missing",), later).since == first
    assert served.followed_by(mesh, Overrides().with_sampling(3, None), (), later).since == later
