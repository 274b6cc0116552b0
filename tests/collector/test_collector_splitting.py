"""Halves of a segment."""

from pathlib import Path

import pytest

from collector.journal.record import encode
from collector.journal.recovery import recover
from collector.journal.segment import SegmentName, list_segments
from collector.splitting import split
from meshhub.model import Signal

NAME = SegmentName(Signal.LOGS, "0123456789abcdef", 3)
RECORDS = [b"".join(encode(b"%d" % number, 1, b"")) for number in range(3)]


def test_the_halves_take_the_place_of_the_segment(tmp_path: Path) -> None:
    (tmp_path / NAME.file_name).write_bytes(b"".join(RECORDS))
    split(tmp_path, NAME)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        NAME.half(0).file_name: RECORDS[0],
        NAME.half(1).file_name: RECORDS[1] + RECORDS[2],
    }


@pytest.mark.parametrize("crash_at", range(5))
def test_after_a_crash_at_any_step_recovery_finds_either_the_segment_or_its_halves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crash_at: int
) -> None:
    sealed, empty = tmp_path / "sealed", tmp_path / "open"
    sealed.mkdir()
    empty.mkdir()
    (sealed / NAME.file_name).write_bytes(b"".join(RECORDS))
    steps = 0

    class Crash(BaseException):
        """Like kill -9: nothing handles it."""

    def crashing(genuine: object) -> object:
        def step(*arguments: object) -> object:
            nonlocal steps
            steps += 1
            if steps > crash_at:
                raise Crash
            return genuine(*arguments)  # type: ignore[operator]

        return step

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", crashing(Path.rename))
        patch.setattr(Path, "unlink", crashing(Path.unlink))
        patch.setattr("collector.splitting.sync_directory", crashing(lambda _: None))
        if crash_at < 4:
            with pytest.raises(Crash):
                split(sealed, NAME)
        else:
            split(sealed, NAME)
    recover(empty, sealed)

    whole = crash_at < 3
    assert list_segments(sealed) == ([NAME] if whole else [NAME.half(0), NAME.half(1)])
    assert b"".join((sealed / name.file_name).read_bytes() for name in list_segments(sealed)) == b"".join(RECORDS)
