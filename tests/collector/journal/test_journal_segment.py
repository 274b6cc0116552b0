"""Names of segments, and files that are there whole or not at all."""

import os
from pathlib import Path

import pytest

from collector.journal.segment import SegmentName, list_segments, make_directory, write_all, write_durably
from meshhub.model import Signal

NAME = SegmentName(Signal.TRACES, "0123456789abcdef", 42)


def test_a_name_says_signal_journal_and_number() -> None:
    assert str(NAME) == "traces-0123456789abcdef-000000000042"
    assert str(NAME.half(1).half(0)) == "traces-0123456789abcdef-000000000042.1.0"
    assert NAME.half(1).file_name == "traces-0123456789abcdef-000000000042.1.segment"


@pytest.mark.parametrize("name", [NAME, NAME.half(0), NAME.half(1).half(1)])
def test_a_name_is_read_back(name: SegmentName) -> None:
    assert SegmentName.parse(str(name)) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "traces",
        "profiles-0123456789abcdef-000000000042",
        "traces-0123-000000000042",
        "traces-0123456789abcdef-42",
        "traces-0123456789abcdef-000000000042.2",
        "traces-0123456789abcdef-000000000042.",
        "../traces-0123456789abcdef-000000000042",
    ],
)
def test_other_texts_are_no_names(text: str) -> None:
    assert SegmentName.parse(text) is None


def test_the_ancestors_of_a_part_are_the_segments_it_was_cut_from() -> None:
    assert list(NAME.half(0).half(1).ancestors()) == [NAME, NAME.half(0)]


def test_segments_are_listed_oldest_first_and_other_files_left_out(tmp_path: Path) -> None:
    later = SegmentName(Signal.TRACES, "0000000000000000", 43)
    for name in (later, NAME.half(1), NAME.half(0)):
        (tmp_path / name.file_name).touch()
    for other in ("lock", f"{NAME}.segment.tmp", "traces-v2.segment"):
        (tmp_path / other).touch()

    assert list_segments(tmp_path) == [NAME.half(0), NAME.half(1), later]


def test_a_directory_is_made_with_those_above_it_and_each_is_synced_into_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("collector.journal.segment.sync_directory", synced.append)
    for _ in range(2):
        make_directory(tmp_path / "a" / "b")

    assert (tmp_path / "a" / "b").is_dir()
    assert synced == [tmp_path, tmp_path / "a"]


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    write_durably(tmp_path / "file", lambda descriptor: write_all(descriptor, b"content"))

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"file": b"content"}


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    def write(descriptor: int) -> None:
        os.write(descriptor, b"half of")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        write_durably(tmp_path / "file", write)

    assert list(tmp_path.iterdir()) == []
