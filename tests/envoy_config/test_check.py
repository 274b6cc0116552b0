"""The real Envoy's opinion on what is rendered, and how it is passed on."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from envoy_config import check
from envoy_config.check import validate
from envoy_config.emit.plain_envoy import bootstrap, proxies
from envoy_config.intent import Mesh, parse_mesh
from meshhub.demo.pki import Authority, write_mesh_certificates
from meshhub.errors import ConfigurationError, MeshhubError

pytestmark = pytest.mark.envoy


@pytest.fixture
def mesh(goldens: Path, tmp_path: Path) -> Mesh:
    """The mesh that uses everything, with all its files below a directory of the test."""
    text = (goldens / "mesh.yaml").read_text(encoding="utf-8")
    text = text.replace("/etc/meshhub", str(tmp_path)).replace("{namespace}/{instance}", "{service}")
    now = datetime.now(UTC)
    mesh = parse_mesh(text, origin="mesh.yaml", directory=goldens)
    identities = {proxy.service: proxy.spiffe_id for proxy in proxies(mesh)}
    write_mesh_certificates(tmp_path / "certificates", identities, trust_domain=mesh.trust_domain, now=now)
    authority = Authority("public", now=now)
    for name in ("hub-ca", "ledger-ca"):
        (tmp_path / f"{name}.pem").write_bytes(authority.certificate)
    for name in ("hub", "web"):
        credentials = authority.issue(name, dns=[f"{name}.example"])
        (tmp_path / f"{name}.pem").write_bytes(credentials.certificate)
        (tmp_path / f"{name}-key.pem").write_bytes(credentials.key)
    return mesh


def test_envoy_takes_every_bootstrap(mesh: Mesh) -> None:
    for proxy in proxies(mesh):
        validate(bootstrap(mesh, proxy))


@pytest.mark.parametrize("signal", ["access_logs", "spans", "stats"])
def test_envoy_takes_a_bootstrap_with_a_signal_off(mesh: Mesh, signal: str) -> None:
    quiet = mesh.model_copy(update={"signals": mesh.signals.model_copy(update={signal: False})})
    validate(bootstrap(quiet, proxies(quiet)[0]))


def reason(document: dict[str, Any]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        validate(document)
    assert len(caught.value.faults) == 1
    return str(caught.value)


def test_envoys_reason_is_passed_on(mesh: Mesh) -> None:
    document = bootstrap(mesh, proxies(mesh)[0])
    document["static_resources"]["clusters"].pop()
    assert reason(document).startswith("could not use the proxy configuration:\n  frontend-v1-0.shop: ")
    assert "Unknown gRPC client cluster 'meshhub_otlp'" in reason(document)


def test_a_missing_certificate_is_found(mesh: Mesh, tmp_path: Path) -> None:
    (tmp_path / "certificates" / "catalog" / "cert.pem").unlink()
    catalog = next(proxy for proxy in proxies(mesh) if proxy.service == "catalog")
    assert "certificates/catalog/cert.pem" in reason(bootstrap(mesh, catalog))


def test_the_token_is_never_told(mesh: Mesh) -> None:
    """Envoy repeats the whole file when it cannot read it."""
    document = bootstrap(mesh, proxies(mesh)[0])
    document["node"]["id"] = ["not text"]
    assert "mesh-token" not in reason(document)
    for detail in (document, repr(document)):
        assert "mesh-token" not in str(detail)


def test_without_an_envoy_nothing_is_said_to_be_right(mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "find_envoy", lambda: None)
    with pytest.raises(MeshhubError, match="there is no Envoy; install one"):
        validate(bootstrap(mesh, proxies(mesh)[0]))


def test_an_envoy_that_cannot_run_is_said_to_be_so(mesh: Mesh, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "envoy").write_text("no program")
    monkeypatch.setattr(check, "find_envoy", lambda: tmp_path / "envoy")
    with pytest.raises(MeshhubError, match="could not check the proxy configuration"):
        validate(bootstrap(mesh, proxies(mesh)[0]))


def test_envoy_is_found_in_the_wheel_or_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = check.find_envoy()
    assert found is not None
    assert os.access(found, os.X_OK)
    (tmp_path / "envoy").write_text("#!/bin/sh\n")
    (tmp_path / "envoy").chmod(0o700)
    monkeypatch.setattr(check, "import_module", _missing)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert check.find_envoy() == tmp_path / "envoy"


def _missing(name: str) -> None:
    raise ImportError(name)
