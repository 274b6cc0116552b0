"""The loader against a sink that fails in every way: nothing lost, nothing doubled, the bad set aside."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.metrics import NoOpMeterProvider

from collector.instruments import Instruments
from collector.isolation import Isolation
from collector.journal.record import encode
from collector.journal.sealed import SealedSegments
from collector.journal.segment import SegmentName
from collector.journal.space import DiskSpace
from collector.loader import CALM_REFUSALS, Loader
from collector.quarantine import Quarantine
from collector.settings import LoaderSettings
from meshhub.errors import StorageError
from meshhub.model import Signal
from meshhub.testing.collecting import BrokenEngine, MemorySink, messages_in

FAST = {"retry_initial_seconds": 0.001, "retry_max_seconds": 0.002}


class Bench:
    """A loader over a directory."""

    def __init__(self, data_dir: Path) -> None:
        self.sink = MemorySink()
        self.directory = data_dir / "journal" / "traces" / "sealed"
        self.directory.mkdir(parents=True)
        self.space = DiskSpace(data_dir, 10**9, 0)
        self.sealed = SealedSegments(self.directory, self.space)
        self.quarantine = Quarantine(data_dir)
        self.instruments = Instruments(NoOpMeterProvider().get_meter("test"))
        self.loaders: list[Loader] = []

    def put(self, sequence: int, *bodies: bytes) -> SegmentName:
        """A segment as the writer seals it."""
        name = SegmentName(Signal.TRACES, "0123456789abcdef", sequence)
        content = b"".join(part for body in bodies for part in encode(body, 10**18, b""))
        self.space.take(len(content))
        self.sealed.receive(name, len(content), 0.0, lambda target: _write(target / name.file_name, content))
        return name

    def start(self, **settings: Any) -> Loader:
        quarantine_bytes = settings.pop("quarantine_bytes", 10**6)
        loader = Loader(
            Signal.TRACES,
            self.sealed,
            self.sink,
            Isolation(Signal.TRACES, self.sealed, self.quarantine, quarantine_bytes, self.instruments),
            LoaderSettings.model_validate({**FAST, **settings}),
            self.instruments,
            jitter=lambda: 1.0,
        )
        self.loaders.append(loader)
        loader.start()
        return loader

    @property
    def loaded(self) -> list[bytes]:
        return [message.partition(b"\xc9\x3e")[0] for message in self.sink.messages]

    def files(self) -> list[str]:
        return sorted(path.name for path in self.directory.iterdir())


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    for loader in bench.loaders:
        loader.stop(0)


def wait_until(condition: Callable[[], object]) -> None:
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not get there in time")


def wait_until_drained(bench: Bench) -> None:
    bench.loaders[-1].stop(20)
    assert bench.sealed.waiting() == []
    assert bench.files() == []
    assert bench.space.used == 0


def refuse(needle: bytes) -> Callable[[bytes], None]:
    return BrokenEngine(retryable=False, needle=needle)


def test_segments_are_loaded_oldest_first_and_deleted(bench: Bench) -> None:
    for sequence, body in ((2, b"two"), (1, b"one"), (3, b"three")):
        bench.put(sequence, body)
    bench.start()
    wait_until_drained(bench)

    assert bench.sink.inserts == [f"traces-0123456789abcdef-{number:012d}" for number in (1, 2, 3)]
    assert bench.loaded == [b"one", b"two", b"three"]


def test_a_segment_that_comes_later_is_loaded(bench: Bench) -> None:
    bench.start()
    bench.put(1, b"one")
    bench.sink.wait_for(lambda: bench.sink.segments)
    wait_until_drained(bench)


def test_while_the_engine_fails_everything_is_kept_and_then_loaded_once(bench: Bench) -> None:
    engine = BrokenEngine(retryable=True)
    bench.sink.fail = engine
    for number in range(3):
        bench.put(number, b"%d" % number)
    loader = bench.start()
    bench.sink.wait_for(lambda: len(bench.sink.inserts) > 20)
    assert loader.last_error == "could not insert: the engine says no"
    assert len(bench.files()) == 3
    engine.is_broken = False
    bench.sink.wait_for(lambda: len(bench.sink.segments) == 3)
    wait_until_drained(bench)

    assert bench.loaded == [b"0", b"1", b"2"]
    assert loader.last_error == ""
    assert bench.quarantine.list() == []


def test_an_error_that_nobody_thought_of_is_retried_too(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    failures = iter([ZeroDivisionError("oops")])

    def fail(_data: bytes) -> None:
        for error in failures:
            raise error

    bench.sink.fail = fail
    bench.put(1, b"one")
    bench.start()
    bench.sink.wait_for(lambda: bench.sink.segments)
    wait_until_drained(bench)
    assert "oops" in caplog.text


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8])
def test_the_one_bad_request_of_a_segment_is_set_aside_and_the_others_are_loaded(bench: Bench, count: int) -> None:
    for position in range(count):
        bodies = [b"%d good %d" % (position, number) for number in range(count)]
        bodies[position] = b"%d bad" % position
        bench.put(position, *bodies)
    bench.sink.fail = refuse(b"bad")
    bench.start()
    wait_until_drained(bench)

    expected = [b"%d good %d" % (p, n) for p in range(count) for n in range(count) if n != p]
    assert sorted(bench.loaded) == sorted(expected)
    entries = bench.quarantine.list()
    assert len(entries) == count
    assert {entry.reason for entry in entries} == {"could not insert: the engine says no"}
    assert bench.instruments.quarantined.total(signal="traces") == count


def test_the_parts_of_a_segment_have_the_same_names_each_time(bench: Bench) -> None:
    bench.put(1, b"good", b"bad", b"good too")
    bench.sink.fail = refuse(b"bad")
    bench.start()
    wait_until_drained(bench)

    prefix = "traces-0123456789abcdef-000000000001"
    assert bench.sink.inserts == [prefix, f"{prefix}.0", f"{prefix}.1", f"{prefix}.1.0", f"{prefix}.1.1"]
    assert [entry.name for entry in bench.quarantine.list()] == [f"{prefix}.1.0"]


def test_a_segment_that_the_engine_fails_on_while_it_takes_others_is_at_fault(bench: Bench) -> None:
    bench.sink.fail = BrokenEngine(retryable=True, needle=b"poison")
    bench.put(1, b"good", b"poison")
    for number in range(2, 12):
        bench.put(number, b"%d" % number)
    bench.start()
    wait_until(bench.quarantine.list)
    wait_until_drained(bench)

    assert sorted(bench.loaded) == sorted([b"good", *(b"%d" % number for number in range(2, 12))])
    (entry,) = bench.quarantine.list()
    assert entry.reason == "could not insert: the engine says no"


def test_several_segments_that_the_engine_fails_on_do_not_hide_each_other(bench: Bench) -> None:
    bench.sink.fail = BrokenEngine(retryable=True, needle=b"poison")
    for number in range(3):
        bench.put(number, b"poison %d" % number)
    for number in range(3, 20):
        bench.put(number, b"%d" % number)
    bench.start()
    wait_until(lambda: len(bench.quarantine.list()) == 3)
    wait_until_drained(bench)
    assert len(bench.loaded) == 17


def test_a_segment_that_is_refused_behind_one_that_fails_is_narrowed_down_too(bench: Bench) -> None:
    failing = BrokenEngine(retryable=True, needle=b"failing")
    refused = BrokenEngine(retryable=False, needle=b"refused")

    def fail(data: bytes) -> None:
        failing(data)
        refused(data)

    bench.sink.fail = fail
    bench.put(1, b"failing")
    bench.put(2, b"refused")
    bench.start()
    wait_until(bench.quarantine.list)
    failing.is_broken = False
    wait_until(lambda: bench.loaded == [b"failing"])
    assert len(bench.quarantine.list()) == 1


def test_damage_in_a_segment_found_at_the_start_costs_only_the_damaged(bench: Bench) -> None:
    name = SegmentName(Signal.TRACES, "0123456789abcdef", 1)
    records = [b"".join(encode(body, 1, b"")) for body in (b"one", b"two", b"three")]
    damaged = bytearray(records[1])
    damaged[4] ^= 1
    (bench.directory / name.file_name).write_bytes(records[0] + damaged + records[2])
    bench.sealed.refresh()
    bench.start()
    wait_until_drained(bench)

    assert bench.loaded == [b"one", b"three"]
    assert bench.instruments.damages.total() == 1
    assert bench.instruments.lost_bytes.total() == len(damaged)


def test_a_segment_of_nothing_but_damage_goes_away(bench: Bench) -> None:
    (bench.directory / SegmentName(Signal.TRACES, "0123456789abcdef", 1).file_name).write_bytes(bytes(5000))
    bench.sealed.refresh()
    bench.start()
    wait_until_drained(bench)
    assert bench.sink.inserts == []


def test_damage_that_makes_the_engine_refuse_is_cut_out(bench: Bench) -> None:
    name = bench.put(1, b"one", b"two")
    path = bench.sealed.path(name)
    path.write_bytes(path.read_bytes()[:-1])
    bench.sink.fail = lambda data: None if len(messages_in_any(data)) == 1 else _refuse()
    bench.start()
    wait_until_drained(bench)
    assert bench.loaded == [b"one"]


def messages_in_any(data: bytes) -> list[bytes]:
    try:
        return messages_in(data)
    except AssertionError:
        return []


def _refuse() -> None:
    raise StorageError("could not insert: damaged", retryable=False)


def test_a_file_that_somebody_removed_stops_nothing(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.sealed.path(bench.put(1, b"gone")).unlink()
    bench.put(2, b"here")
    bench.start()
    wait_until_drained(bench)
    assert bench.loaded == [b"here"]
    assert "somebody removed its file" in caplog.text


def test_a_file_that_resists_removal_is_not_inserted_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = iter([OSError(30, "Read-only file system")] * 3)
    genuine = Path.unlink

    def unlink(path: Path, missing_ok: bool = False) -> None:
        for error in refusals:
            raise error
        genuine(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    bench.put(1, b"one")
    loader = bench.start()
    bench.sink.wait_for(lambda: bench.sink.segments)
    wait_until(lambda: not len(bench.sealed))
    loader.stop(0)

    assert len(bench.sink.inserts) == 1


def test_the_quarantine_keeps_to_its_bound_by_dropping_the_oldest(bench: Bench) -> None:
    bench.sink.fail = refuse(b"")
    for number in range(5):
        bench.put(number, b"%d" % number + bytes(100))
    bench.start(quarantine_bytes=300)
    wait_until_drained(bench)

    assert [entry.name[-1] for entry in bench.quarantine.list()] == ["3", "4"]
    assert bench.instruments.quarantine_dropped.total() == 3


def test_an_engine_that_refuses_everything_is_not_fed_the_whole_journal_at_once(bench: Bench) -> None:
    bench.sink.fail = refuse(b"")
    for number in range(CALM_REFUSALS + 5):
        bench.put(number, b"%d" % number)
    loader = bench.start(retry_initial_seconds=1000, retry_max_seconds=1000)
    bench.sink.wait_for(lambda: len(bench.sink.inserts) > CALM_REFUSALS)
    loader.stop(0)

    assert len(bench.quarantine.list()) == CALM_REFUSALS + 1
    assert len(bench.files()) == 4


def test_stopping_loads_what_is_sealed(bench: Bench) -> None:
    for number in range(20):
        bench.put(number, b"%d" % number)
    bench.start().stop(20)
    assert len(bench.loaded) == 20


def test_stopping_does_not_wait_for_an_engine_that_is_down(bench: Bench) -> None:
    bench.sink.fail = BrokenEngine(retryable=True)
    bench.put(1, b"one")
    loader = bench.start()
    bench.sink.wait_for(lambda: bench.sink.inserts)
    loader.stop(1000)
    assert len(bench.files()) == 1


def test_stopping_goes_on_after_a_failure(bench: Bench) -> None:
    failures = iter([StorageError("could not insert: bad luck", retryable=True)])

    def fail(_data: bytes) -> None:
        for error in failures:
            raise error

    bench.sink.fail = fail
    for number in range(3):
        bench.put(number, b"%d" % number)
    bench.start()
    wait_until_drained(bench)
    assert len(bench.loaded) == 3


def test_a_segment_put_into_the_directory_by_another_process_is_found(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.loader.REFRESH_SECONDS", 0.01)
    bench.start()
    name = SegmentName(Signal.TRACES, "0123456789abcdef", 9)
    (bench.directory / name.file_name).write_bytes(b"".join(encode(b"late", 1, b"")))
    bench.sink.wait_for(lambda: bench.sink.segments)
    assert bench.loaded == [b"late"]
