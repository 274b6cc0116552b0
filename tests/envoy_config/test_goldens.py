"""Whole bootstraps by value. `UPDATE_GOLDENS=1 pytest tests/envoy_config/test_goldens.py` rewrites them."""

import json
import os
from pathlib import Path

import pytest

from envoy_config.emit.plain_envoy import bootstrap, proxies
from envoy_config.intent import Mesh, load_mesh
from meshhub.secret import MASK

NAMES = (
    "frontend-v1-0.shop",
    "catalog-v1-0.shop",
    "catalog-v1-1.shop",
    "catalog-canary.shop",
    "pricing-v1-0.money",
    "sessions-v1-0.shop",
    "gateway-v2-0.shop",
)
KEPT = ("frontend-v1-0.shop", "sessions-v1-0.shop", "gateway-v2-0.shop")


def _text(mesh: Mesh, name: str) -> str:
    proxy = next(proxy for proxy in proxies(mesh) if proxy.id == name)
    return json.dumps(bootstrap(mesh, proxy), indent=1, default=str) + "\n"


def test_every_instance_has_a_proxy(full_mesh: Mesh) -> None:
    assert tuple(proxy.id for proxy in proxies(full_mesh)) == NAMES


@pytest.mark.parametrize("name", KEPT)
def test_a_bootstrap_is_as_kept(full_mesh: Mesh, goldens: Path, name: str) -> None:
    golden = goldens / f"{name}.json"
    text = _text(full_mesh, name)
    if os.environ.get("UPDATE_GOLDENS"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_same_file_gives_the_same_bootstrap(goldens: Path, name: str) -> None:
    assert _text(load_mesh(goldens / "mesh.yaml"), name) == _text(load_mesh(goldens / "mesh.yaml"), name)


def test_goldens_show_no_secret(goldens: Path) -> None:
    kept = (goldens / f"{KEPT[0]}.json").read_text(encoding="utf-8")
    assert "mesh-token" not in kept
    assert MASK in kept
