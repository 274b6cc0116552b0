"""What recovery makes of directories that a crash left behind."""

import logging
from pathlib import Path

import pytest

from collector.journal.record import encode
from collector.journal.recovery import Salvage, recover, salvage
from collector.journal.segment import SegmentName
from meshhub.model import Signal

NAME = SegmentName(Signal.TRACES, "0123456789abcdef", 7)


def record(body: bytes) -> bytes:
    return b"".join(encode(body, 1, b""))


ONE, TWO, THREE = record(b"one"), record(b"two"), record(b"three")


@pytest.fixture
def directories(tmp_path: Path) -> tuple[Path, Path]:
    for state in ("open", "sealed"):
        (tmp_path / state).mkdir()
    return tmp_path / "open", tmp_path / "sealed"


def files(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_an_open_segment_is_sealed_under_its_name(directories: tuple[Path, Path]) -> None:
    (directories[0] / NAME.file_name).write_bytes(ONE + TWO)

    assert recover(*directories) == Salvage(2, 0, 0)
    assert files(directories[0]) == {}
    assert files(directories[1]) == {NAME.file_name: ONE + TWO}


def test_a_torn_tail_is_cut_counted_and_logged(
    directories: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    (directories[0] / NAME.file_name).write_bytes(ONE + TWO[:9])

    assert recover(*directories) == Salvage(1, 1, 9)
    assert files(directories[1]) == {NAME.file_name: ONE}
    assert "cut 9 bytes of an unfinished record" in caplog.text


def test_damage_in_the_middle_is_skipped_counted_and_logged(
    directories: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    (directories[0] / NAME.file_name).write_bytes(ONE + bytes(len(TWO)) + THREE)

    assert recover(*directories) == Salvage(2, 1, len(TWO))
    assert files(directories[1]) == {NAME.file_name: ONE + THREE}
    assert f"skipped {len(TWO)} damaged bytes at offset {len(ONE)}" in caplog.text


@pytest.mark.parametrize("content", [b"", bytes(4096), b"\xff" * 99, TWO[:-1]])
def test_a_segment_without_a_whole_record_goes(directories: tuple[Path, Path], content: bytes) -> None:
    (directories[0] / NAME.file_name).write_bytes(content)

    assert recover(*directories).records == 0
    assert files(directories[0]) == files(directories[1]) == {}


def test_what_was_rewritten_before_a_crash_is_rewritten_again(directories: tuple[Path, Path]) -> None:
    (directories[0] / NAME.file_name).write_bytes(ONE + TWO[:5])
    (directories[1] / NAME.file_name).write_bytes(ONE)
    (directories[1] / f"{NAME.file_name}.tmp").write_bytes(ONE[:3])

    recover(*directories)

    assert files(directories[0]) == {}
    assert files(directories[1]) == {NAME.file_name: ONE}


def test_halves_whose_segment_is_still_there_are_removed(directories: tuple[Path, Path]) -> None:
    for name, content in ((NAME, ONE + TWO), (NAME.half(0), ONE), (NAME.half(1).half(0), TWO)):
        (directories[1] / name.file_name).write_bytes(content)

    recover(*directories)

    assert files(directories[1]) == {NAME.file_name: ONE + TWO}


def test_halves_whose_segment_is_gone_stay(directories: tuple[Path, Path]) -> None:
    for half, content in ((NAME.half(0), ONE), (NAME.half(1), TWO)):
        (directories[1] / half.file_name).write_bytes(content)

    recover(*directories)

    assert files(directories[1]) == {NAME.half(0).file_name: ONE, NAME.half(1).file_name: TWO}


def test_files_of_others_are_left_alone(directories: tuple[Path, Path]) -> None:
    (directories[0] / "traces-from-a-later-version.segment2").write_bytes(b"?")

    recover(*directories)

    assert files(directories[0]) == {"traces-from-a-later-version.segment2": b"?"}


def test_a_segment_that_cannot_be_read_stays_and_stops_nothing(
    directories: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    (directories[0] / NAME.file_name).mkdir()
    later = SegmentName(Signal.TRACES, "0123456789abcdef", 8)
    (directories[0] / later.file_name).write_bytes(ONE)

    with caplog.at_level(logging.ERROR):
        assert recover(*directories) == Salvage(1, 0, 0)
    assert "could not recover the segment" in caplog.text
    assert [path.name for path in directories[0].iterdir()] == [NAME.file_name]


def test_salvage_in_place_keeps_the_whole_records(tmp_path: Path) -> None:
    path = tmp_path / NAME.file_name
    path.write_bytes(ONE + b"\0\0" + TWO)

    assert salvage(path, path) == Salvage(2, 1, 2)
    assert path.read_bytes() == ONE + TWO
