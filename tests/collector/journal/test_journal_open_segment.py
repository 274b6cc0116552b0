"""The segment being written holds whole appends only, whatever fails."""

import os
from pathlib import Path

import pytest

from collector.journal.open_segment import OpenSegment
from collector.journal.segment import SegmentName
from meshhub.model import Signal

NAME = SegmentName(Signal.LOGS, "0123456789abcdef", 1)


@pytest.fixture(params=[True, False], ids=["fsync", "os"])
def segment(tmp_path: Path, request: pytest.FixtureRequest) -> OpenSegment:
    (tmp_path / "open").mkdir()
    (tmp_path / "sealed").mkdir()
    return OpenSegment(tmp_path / "open", NAME, durable=request.param)


def content(tmp_path: Path, state: str = "open") -> bytes:
    return (tmp_path / state / NAME.file_name).read_bytes()


def test_parts_are_appended_in_order(segment: OpenSegment, tmp_path: Path) -> None:
    segment.append([b"one", b"", b"two"])
    segment.append([b"three"])

    assert content(tmp_path) == b"onetwothree"
    assert segment.size == 11
    segment.discard()


def test_sealing_moves_the_file(segment: OpenSegment, tmp_path: Path) -> None:
    segment.append([b"one"])
    segment.seal(tmp_path / "sealed")

    assert content(tmp_path, "sealed") == b"one"
    assert list((tmp_path / "open").iterdir()) == []


def test_discarding_leaves_nothing(segment: OpenSegment, tmp_path: Path) -> None:
    segment.discard()
    assert list((tmp_path / "open").iterdir()) == []


def test_a_segment_is_never_begun_over_another(segment: OpenSegment, tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        OpenSegment(tmp_path / "open", NAME, durable=False)
    segment.discard()


@pytest.mark.parametrize("failing", ["writev", "write", "fdatasync"])
def test_a_failed_append_leaves_nothing_of_itself(
    segment: OpenSegment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    segment.append([b"kept"])
    genuine_writev = os.writev

    def writev(descriptor: int, parts: list[bytes]) -> int:
        if failing == "writev":
            genuine_writev(descriptor, [b"lo"])
            raise OSError(28, "No space left on device")
        return (
            genuine_writev(descriptor, [b"".join(parts)[:2]])
            if failing == "write"
            else genuine_writev(descriptor, parts)
        )

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("collector.journal.open_segment.os.writev", writev)
        if failing == "write":
            patch.setattr("collector.journal.open_segment.write_all", fail)
        if failing == "fdatasync":
            if not segment._durable:
                segment.discard()
                return
            patch.setattr("collector.journal.open_segment.os.fdatasync", fail)
        with pytest.raises(OSError, match=r"No space|Input/output"):
            segment.append([b"lost"])
    segment.append([b", kept too"])

    assert content(tmp_path) == b"kept, kept too"
    assert segment.size == 14
    segment.discard()


def test_a_short_write_is_gone_on_with(segment: OpenSegment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = os.writev
    monkeypatch.setattr(
        "collector.journal.open_segment.os.writev", lambda descriptor, parts: genuine(descriptor, [b"".join(parts)[:3]])
    )
    segment.append([b"abcd", b"efgh"])

    assert content(tmp_path) == b"abcdefgh"
    segment.discard()


def test_what_cannot_be_cut_at_once_is_cut_before_the_segment_is_sealed(
    segment: OpenSegment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment.append([b"kept"])
    genuine = os.writev

    def writev(descriptor: int, parts: list[bytes]) -> int:
        genuine(descriptor, parts)
        raise OSError(5, "Input/output error")

    def ftruncate(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("collector.journal.open_segment.os.writev", writev)
        patch.setattr("collector.journal.open_segment.os.ftruncate", ftruncate)
        with pytest.raises(OSError, match="Input/output"):
            segment.append([b"lost"])
        with pytest.raises(OSError, match="Input/output"):
            segment.seal(tmp_path / "sealed")
    segment.seal(tmp_path / "sealed")

    assert content(tmp_path, "sealed") == b"kept"
