"""Applying to a directory: all files or none."""

import stat
from pathlib import Path

import pytest

from envoy_config.apply.directory import carry_out, plan
from envoy_config.apply.model import Deed, Interrupted, Refused
from envoy_config.history.model import AppliedDocument

DOCUMENTS = (AppliedDocument("a/one.yaml", "1"), AppliedDocument("two.json", "2", secret=True))


def content(directory: Path) -> dict[str, str]:
    return {str(p.relative_to(directory)): p.read_text() for p in sorted(directory.rglob("*")) if p.is_file()}


def test_files_are_made_changed_kept_and_deleted(tmp_path: Path) -> None:
    assert [each.deed for each in carry_out(tmp_path / "new", DOCUMENTS)] == [Deed.CREATED, Deed.CREATED]
    directory = tmp_path / "new"
    (directory / "others.yaml").write_text("theirs")
    assert stat.S_IMODE((directory / "two.json").stat().st_mode) == 0o600
    after = (AppliedDocument("a/one.yaml", "changed"),)
    assert [each.deed for each in plan(directory, after, DOCUMENTS)] == [Deed.CHANGED, Deed.DELETED]
    carry_out(directory, after, DOCUMENTS)
    assert content(directory) == {"a/one.yaml": "changed", "others.yaml": "theirs"}
    assert [each.deed for each in carry_out(directory, after)] == [Deed.UNCHANGED]


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out", "", "a\\b"])
def test_names_do_not_lead_out(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match="leads out"):
        carry_out(tmp_path, [*DOCUMENTS, AppliedDocument(name, "x")])
    assert content(tmp_path) == {}


def test_a_file_that_cannot_be_drafted_leaves_all_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("a file, not a directory")
    with pytest.raises(Refused):
        carry_out(tmp_path, [AppliedDocument("a", "1"), AppliedDocument("b/c", "2")])
    assert content(tmp_path) == {"b": "a file, not a directory"}


def test_a_file_that_cannot_be_put_in_place_puts_the_others_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_text("old")
    replace = Path.replace

    def break_on_c(self: Path, target: Path) -> Path:
        if target.name == "c":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", break_on_c)
    with pytest.raises(Interrupted, match="No space left"):
        carry_out(tmp_path, [AppliedDocument(name, "new") for name in ("a", "b", "c")])
    assert content(tmp_path) == {"a": "old"}
