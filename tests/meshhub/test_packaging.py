"""What is installed is ours alone: no other distribution has a package of our names, and each of ours is packaged."""

import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_PACKAGED = frozenset({"benchmarks", "tests"})


def packaged() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages: list[str] = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    return packages


def test_every_package_of_the_tree_is_packaged() -> None:
    in_tree = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_PACKAGED
    assert sorted(in_tree) == packaged()


def test_each_of_our_top_level_names_has_one_owner() -> None:
    owners = packages_distributions()
    assert {name: owners.get(name, ["meshhub"]) for name in packaged()} == {name: ["meshhub"] for name in packaged()}
