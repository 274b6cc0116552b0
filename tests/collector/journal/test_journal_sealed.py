"""The segments that wait for the loader."""

import threading
from pathlib import Path

from collector.journal.sealed import SealedSegments
from collector.journal.segment import SegmentName
from collector.journal.space import DiskSpace
from meshhub.model import Signal


def name(sequence: int) -> SegmentName:
    return SegmentName(Signal.METRICS, "0123456789abcdef", sequence)


def make(directory: Path) -> tuple[SealedSegments, DiskSpace]:
    space = DiskSpace(directory, max_bytes=1000, min_free_bytes=0)
    return SealedSegments(directory, space, now=lambda: 50.0), space


def put(sequence: int) -> "_Put":
    return _Put(name(sequence).file_name)


class _Put:
    def __init__(self, file_name: str) -> None:
        self.file_name = file_name

    def __call__(self, directory: Path) -> None:
        (directory / self.file_name).write_bytes(b"12345")


def test_segments_wait_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    sealed, _ = make(tmp_path)
    for sequence in (2, 10, 1):
        sealed.receive(name(sequence), 5, 40.0, put(sequence))

    assert sealed.waiting() == [name(1), name(2), name(10)]
    assert len(sealed) == 3


def test_the_lag_is_the_age_of_the_oldest(tmp_path: Path) -> None:
    sealed, _ = make(tmp_path)
    assert sealed.lag_seconds() == 0
    sealed.receive(name(1), 5, 40.0, put(1))
    sealed.receive(name(2), 5, 49.0, put(2))
    assert sealed.lag_seconds() == 10
    sealed.forget(name(1))
    assert sealed.lag_seconds() == 1


def test_forgetting_gives_the_space_back_once(tmp_path: Path) -> None:
    sealed, space = make(tmp_path)
    space.take(5)
    sealed.receive(name(1), 5, 40.0, put(1))
    sealed.forget(name(1))
    sealed.forget(name(1))

    assert space.used == 0
    assert sealed.waiting() == []


def test_what_others_put_there_is_found_counted_and_not_vouched_for(tmp_path: Path) -> None:
    sealed, space = make(tmp_path)
    sealed.receive(name(1), 5, 40.0, put(1))
    put(2)(tmp_path)
    (tmp_path / "note.txt").touch()
    sealed.refresh()
    sealed.refresh()

    assert sealed.waiting() == [name(1), name(2)]
    assert space.used == 5
    assert [sealed.is_found(name(1)), sealed.is_found(name(2))] == [False, True]
    sealed.vouch(name(2))
    assert not sealed.is_found(name(2))


def test_a_wait_ends_when_a_segment_comes_or_somebody_wakes(tmp_path: Path) -> None:
    sealed, _ = make(tmp_path)
    for wake in (sealed.wake, lambda: sealed.receive(name(1), 5, 40.0, put(1))):
        waiter = threading.Thread(target=sealed.wait, args=(20.0,))
        waiter.start()
        wake()
        waiter.join(10)
        assert not waiter.is_alive()


def test_a_pause_is_not_ended_by_segments(tmp_path: Path) -> None:
    sealed, _ = make(tmp_path)
    sealed.receive(name(1), 5, 40.0, put(1))
    waiter = threading.Thread(target=sealed.pause, args=(20.0,))
    waiter.start()
    sealed.receive(name(2), 5, 40.0, put(2))
    waiter.join(0.05)
    assert waiter.is_alive()
    sealed.wake()
    waiter.join(10)
    assert not waiter.is_alive()
