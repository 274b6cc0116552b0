"""Appending through the journal: when futures are done, how segments are sealed, what is refused."""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.metrics import NoOpMeterProvider

from collector.instruments import Instruments
from collector.journal.journal import Journal
from collector.journal.space import JournalFull
from collector.settings import JournalSettings
from meshhub.errors import MeshhubError
from meshhub.model import Signal
from meshhub.testing.collecting import messages_in

JournalMaker = Callable[..., Journal]


@pytest.fixture
def make_journal(tmp_path: Path) -> Iterator[JournalMaker]:
    made: list[Journal] = []

    def make(**settings: Any) -> Journal:
        sections = {"segment_age_seconds": 1000, "min_free_bytes": 0, "durability": "os", **settings}
        instruments = Instruments(NoOpMeterProvider().get_meter("test"))
        journal = Journal(tmp_path, JournalSettings.model_validate(sections), instruments)
        journal.open()
        made.append(journal)
        return journal

    yield make
    for journal in made:
        journal.close()


def append(journal: Journal, *bodies: bytes, signal: Signal = Signal.TRACES) -> list[BaseException | None]:
    """Append together; the error of each, or None."""

    async def run() -> list[BaseException | None]:
        return await asyncio.gather(*(journal.append(signal, body) for body in bodies), return_exceptions=True)

    return asyncio.run(run())


def stored(tmp_path: Path, signal: Signal = Signal.TRACES) -> list[bytes]:
    return [m for path in sorted(tmp_path.glob(f"{signal}/*/*.segment")) for m in messages_in(path.read_bytes())]


def wait_until(condition: Callable[[], object]) -> None:
    done = threading.Event()
    for _ in range(2000):
        if condition():
            return
        done.wait(0.01)
    raise AssertionError("it did not get there in time")


def test_a_request_is_in_the_file_when_the_future_is_done(make_journal: JournalMaker, tmp_path: Path) -> None:
    assert append(make_journal(), b"body") == [None]
    assert stored(tmp_path)[0].startswith(b"body\xc9\x3e")


def test_with_fsync_the_file_and_its_directory_are_synced_before_the_future_is_done(
    make_journal: JournalMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    fsync, fdatasync = os.fsync, os.fdatasync
    journal = make_journal(durability="fsync")

    def note(name: str, genuine: Callable[[int], None]) -> Callable[[int], None]:
        def sync(descriptor: int) -> None:
            calls.append(name)
            genuine(descriptor)

        return sync

    monkeypatch.setattr(os, "fsync", note("directory", fsync))
    monkeypatch.setattr(os, "fdatasync", note("file", fdatasync))
    append(journal, b"body")

    assert calls == ["directory", "file"]


def written_together(journal: Journal, patch: pytest.MonkeyPatch, bodies: list[bytes]) -> list[int]:
    """How many requests each write had, when these came in while one was being written."""
    sizes: list[int] = []
    all_are_there = threading.Event()
    genuine = os.writev

    def writev(descriptor: int, parts: list[bytes]) -> int:
        assert all_are_there.wait(20)
        sizes.append(len(parts) // 3)
        return genuine(descriptor, parts)

    patch.setattr("collector.journal.open_segment.os.writev", writev)

    async def run() -> None:
        first = journal.append(Signal.TRACES, b"first")
        await asyncio.to_thread(wait_until, lambda: not journal._writers[Signal.TRACES]._queue.qsize())
        futures = [journal.append(Signal.TRACES, body) for body in bodies]
        all_are_there.set()
        await asyncio.gather(first, *futures)

    asyncio.run(run())
    return sizes


def test_what_waits_together_is_written_together(make_journal: JournalMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = [b"%d" % number for number in range(700)]
    assert written_together(make_journal(), monkeypatch, bodies) == [1, 300, 300, 100]


def test_what_is_written_together_passes_the_size_of_a_segment_by_one_request_at_most(
    make_journal: JournalMaker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    journal = make_journal(segment_bytes=4096)
    assert written_together(journal, monkeypatch, [bytes(1500)] * 7) == [1, 3, 3, 1]
    journal.close()
    assert [path.stat().st_size // 1500 for path in sorted(tmp_path.glob("traces/*/*"))] == [3, 3, 1]


def test_a_segment_is_sealed_by_size(make_journal: JournalMaker, tmp_path: Path) -> None:
    journal = make_journal(segment_bytes=4096)
    for number in range(5):
        append(journal, b"%d" % number + bytes(2000))

    wait_until(lambda: len(journal.sealed[Signal.TRACES]) == 1)
    sealed, rest = sorted(tmp_path.glob("traces/*/*.segment"), key=lambda path: path.name)
    assert [sealed.parent.name, rest.parent.name] == ["sealed", "open"]
    assert len(messages_in(sealed.read_bytes())) == 3


def test_a_segment_is_sealed_by_age(make_journal: JournalMaker) -> None:
    journal = make_journal(segment_age_seconds=0.01)
    append(journal, b"body")
    wait_until(lambda: len(journal.sealed[Signal.TRACES]) == 1)


def test_while_the_loader_is_behind_segments_grow_instead(make_journal: JournalMaker, tmp_path: Path) -> None:
    journal = make_journal(segment_age_seconds=0.01)
    append(journal, b"first")
    sealed = journal.sealed[Signal.TRACES]
    wait_until(lambda: len(sealed) == 1)
    append(journal, b"second")
    threading.Event().wait(0.2)
    append(journal, b"third")
    assert len(sealed) == 1
    (name,) = sealed.waiting()
    sealed.path(name).unlink()
    sealed.forget(name)
    wait_until(lambda: len(sealed) == 1)

    (path,) = tmp_path.glob("traces/*/*.segment")
    assert len(messages_in(path.read_bytes())) == 2


def test_signals_have_segments_of_their_own(make_journal: JournalMaker, tmp_path: Path) -> None:
    journal = make_journal()
    for signal in Signal:
        append(journal, signal.encode(), signal=signal)

    assert [len(stored(tmp_path, signal)) for signal in Signal] == [1] * len(Signal)


def test_no_name_is_ever_used_twice_even_after_all_files_are_gone(make_journal: JournalMaker, tmp_path: Path) -> None:
    tokens = set()
    for _ in range(3):
        journal = make_journal()
        append(journal, b"body")
        journal.close()
        (name,) = journal.sealed[Signal.TRACES].waiting()
        tokens.add(str(name))
        journal.sealed[Signal.TRACES].path(name).unlink()

    assert len(tokens) == 3


def test_numbers_go_on_after_a_restart_so_that_the_order_is_kept(make_journal: JournalMaker) -> None:
    for _ in range(3):
        journal = make_journal()
        append(journal, b"body")
        journal.close()

    assert [name.sequence for name in journal.sealed[Signal.TRACES].waiting()] == [1, 2, 3]


def test_past_its_bound_the_journal_refuses_and_keeps_nothing(make_journal: JournalMaker, tmp_path: Path) -> None:
    journal = make_journal(max_bytes=4096)
    assert append(journal, bytes(3000)) == [None]
    (error,) = append(journal, bytes(3000))

    assert isinstance(error, JournalFull)
    assert error.retry_after == 10
    assert journal.space.is_full
    assert len(stored(tmp_path)) == 1
    assert append(journal, bytes(500)) == [None]


def test_a_disk_that_is_full_refuses_and_the_next_request_is_taken(
    make_journal: JournalMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = make_journal()
    append(journal, b"before")
    used = journal.space.used

    def fail(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("collector.journal.open_segment.os.writev", fail)
        (error,) = append(journal, b"lost")
    assert isinstance(error, JournalFull)
    assert "No space left on device" in str(error)
    assert journal.space.used == used
    assert append(journal, b"after") == [None]
    assert [message[:5] for message in stored(tmp_path)] == [b"befor", b"after"]


def test_a_segment_that_cannot_be_begun_refuses(make_journal: JournalMaker, tmp_path: Path) -> None:
    journal = make_journal()
    (tmp_path / "traces" / "open").rmdir()
    (error,) = append(journal, b"lost")
    assert isinstance(error, JournalFull)
    assert journal.space.used == 0
    (tmp_path / "traces" / "open").mkdir()
    assert append(journal, b"kept") == [None]


def test_a_segment_that_cannot_be_sealed_is_sealed_later(
    make_journal: JournalMaker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = make_journal(segment_age_seconds=0.01)
    (tmp_path / "traces" / "sealed").rename(tmp_path / "traces" / "away")
    append(journal, b"one")
    wait_until(lambda: "could not seal" in caplog.text)
    (tmp_path / "traces" / "away").rename(tmp_path / "traces" / "sealed")
    wait_until(lambda: len(journal.sealed[Signal.TRACES]) == 1)


def test_an_error_that_nobody_thought_of_is_handed_on_and_the_writer_lives(
    make_journal: JournalMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = make_journal()
    with monkeypatch.context() as patch:
        patch.setattr("collector.journal.writer.encode", lambda *_: 1 / 0)
        (error,) = append(journal, b"lost")
    assert isinstance(error, ZeroDivisionError)
    assert append(journal, b"kept") == [None]


def test_a_client_that_is_gone_harms_nobody(make_journal: JournalMaker, tmp_path: Path) -> None:
    journal = make_journal()

    async def run() -> None:
        futures = [journal.append(Signal.TRACES, b"%d" % number) for number in range(3)]
        futures[1].cancel()
        await asyncio.gather(futures[0], futures[2])

    asyncio.run(run())
    assert len(stored(tmp_path)) == 3


def test_closing_writes_and_seals_what_is_pending_and_then_refuses(make_journal: JournalMaker, tmp_path: Path) -> None:
    journal = make_journal()

    async def run() -> BaseException | None:
        pending = journal.append(Signal.LOGS, b"pending")
        await asyncio.to_thread(journal.close)
        await pending
        return journal.append(Signal.LOGS, b"late").exception()

    refusal = asyncio.run(run())

    assert isinstance(refusal, JournalFull)
    assert [path.parent.name for path in tmp_path.glob("logs/*/*.segment")] == ["sealed"]


def test_a_journal_of_a_later_version_is_not_touched(make_journal: JournalMaker, tmp_path: Path) -> None:
    (tmp_path / "format").write_text("2\n")
    with pytest.raises(MeshhubError, match='its format is "2" and this version of meshhub knows 1'):
        make_journal()
