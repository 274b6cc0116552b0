"""Writing documents: whole, private, with secrets only in the file."""

import json
from pathlib import Path
from typing import Any

import pytest

from envoy_config.emit.document import as_json, secrets, write
from envoy_config.emit.messages import duration
from envoy_config.emit.plain_envoy import bootstrap, proxies
from envoy_config.intent import Mesh
from meshhub.secret import Secret


def test_the_token_is_in_the_file_only(full_mesh: Mesh, tmp_path: Path) -> None:
    document = bootstrap(full_mesh, proxies(full_mesh)[0])
    assert "mesh-token.1" not in str(document)
    write(document, tmp_path / "bootstrap.json")
    assert "Bearer mesh-token.1" in (tmp_path / "bootstrap.json").read_text()


def test_the_file_is_its_owners(tmp_path: Path) -> None:
    write({"a": 1}, tmp_path / "bootstrap.json")
    assert (tmp_path / "bootstrap.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["bootstrap.json"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    write({"a": 1}, tmp_path / "bootstrap.json")
    with pytest.raises(TypeError, match="object has no JSON form"):
        write({"a": object()}, tmp_path / "bootstrap.json")
    assert json.loads((tmp_path / "bootstrap.json").read_text()) == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["bootstrap.json"]


def test_all_secrets_are_found() -> None:
    document: dict[str, Any] = {"a": [Secret("1"), {"b": Secret("2")}], "c": "3"}
    assert [secret.reveal() for secret in secrets(document)] == ["1", "2"]


def test_a_version_that_looks_like_a_number_stays_text(full_mesh: Mesh) -> None:
    canary = next(proxy for proxy in proxies(full_mesh) if proxy.instance == "catalog-canary")
    labels = json.loads(as_json(bootstrap(full_mesh, canary)))["node"]["metadata"]["LABELS"]
    assert labels["version"] == "1e5"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (10, "10s"), (0.25, "0.25s"), (1e-9, "0.000000001s"), (86400.0, "86400s")]
)
def test_durations_are_decimal(seconds: float, text: str) -> None:
    assert duration(seconds) == text
