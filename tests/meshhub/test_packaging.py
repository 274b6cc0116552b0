"""What is installed is ours alone: no other distribution has a package of our names, and each of ours is packaged."""

import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

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


def test_the_built_wheel_holds_just_our_packages_with_their_data(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    top_level = {name.partition("/")[0] for name in names}
    assert sorted(name for name in top_level if not name.endswith(".dist-info")) == packaged()
    for data in ("storage/schema/types/metric.sql", "storage/wire/traces.proto", "storage/queries/freshness.sql"):
        assert data in names
    assert any(name.startswith("dashboard/ui/assets/") for name in names)
