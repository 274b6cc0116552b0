"""The bounds on the disk use of the journal."""

from pathlib import Path

import pytest

from collector.journal.space import DiskSpace, JournalFull

EXABYTE = 10**18


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_bytes_are_taken_up_to_the_bound_and_given_back(tmp_path: Path) -> None:
    space = DiskSpace(tmp_path, max_bytes=100, min_free_bytes=0)
    space.take(60)

    with pytest.raises(JournalFull, match="holds 60 bytes and may hold 100") as refusal:
        space.take(41)
    assert refusal.value.retry_after == 10
    assert space.used == 60

    space.give(60)
    space.take(100)


def test_the_free_space_of_the_file_system_is_a_bound_too(tmp_path: Path) -> None:
    with pytest.raises(JournalFull, match=f"{EXABYTE} must stay free"):
        DiskSpace(tmp_path, max_bytes=100, min_free_bytes=EXABYTE).take(1)


def test_it_is_full_for_a_second_after_a_refusal_so_that_one_request_then_tries_again(tmp_path: Path) -> None:
    time = Time()
    space = DiskSpace(tmp_path, max_bytes=10, min_free_bytes=0, monotonic=time)
    with pytest.raises(JournalFull):
        space.take(11)
    states = [space.is_full]
    time.now += 1
    states.append(space.is_full)

    assert states == [True, False]


def test_space_given_back_ends_the_fullness_at_once(tmp_path: Path) -> None:
    space = DiskSpace(tmp_path, max_bytes=10, min_free_bytes=0)
    space.take(10)
    with pytest.raises(JournalFull):
        space.take(1)
    space.give(10)
    assert not space.is_full


def test_a_disk_that_fails_counts_as_full(tmp_path: Path) -> None:
    space = DiskSpace(tmp_path, max_bytes=10, min_free_bytes=0)

    assert str(space.fail(OSError(28, "No space left on device"))) == (
        "could not journal the request: No space left on device"
    )
    assert space.is_full


def test_what_is_there_already_counts_even_past_the_bound(tmp_path: Path) -> None:
    space = DiskSpace(tmp_path, max_bytes=10, min_free_bytes=0)
    space.hold(25)
    assert space.used == 25
