"""The engine watch: the schema comes first, a silent server is waited for, an unusable engine ends the start."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshhub.app import engine_watch
from meshhub.app.engine_watch import EngineWatch
from meshhub.errors import MeshhubError, StorageError
from meshhub.model import Signal
from meshhub.telemetry.provider import Telemetry
from meshhub.telemetry.settings import TelemetrySettings


class Engine:
    """An engine outside of the process: it answers or not, as the test says. Not a fake of our storage."""

    def __init__(self) -> None:
        self.failure: StorageError | None = None
        self.segments: list[str] = []
        self.migrated = threading.Event()

    def ping(self) -> None:
        if self.failure:
            raise self.failure

    def migrate(self) -> list[str]:
        self.ping()
        self.migrated.set()
        return ["0001_first"]

    def insert_segment(self, signal: Signal, path: Path, token: str) -> None:
        self.segments.append(token)


SILENT = StorageError("could not reach the engine: refused", retryable=True)
TOO_OLD = StorageError("could not use the ClickHouse server: it is 24.8", retryable=False)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    telemetry = Telemetry(TelemetrySettings(history_seconds=0), version="1")
    yield telemetry
    telemetry.stop()


@pytest.fixture
def watch(engine: Engine, telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineWatch]:
    monkeypatch.setattr(engine_watch, "WATCH_SECONDS", 0.01)
    monkeypatch.setattr(engine_watch, "GRACE_SECONDS", 0.01)
    watch = EngineWatch(engine, engine.migrate, telemetry.meter)
    yield watch
    watch.stop()


def test_segments_wait_for_the_schema(watch: EngineWatch, engine: Engine) -> None:
    with pytest.raises(StorageError, match="the schema is not in place") as raised:
        watch.insert_segment(Signal.TRACES, Path("a"), "a")
    assert raised.value.retryable
    watch.start(must_answer=True)
    watch.insert_segment(Signal.TRACES, Path("a"), "a")
    assert engine.segments == ["a"]


def test_an_engine_that_must_answer_and_does_not_ends_the_start(watch: EngineWatch, engine: Engine) -> None:
    engine.failure = SILENT
    with pytest.raises(StorageError, match="refused"):
        watch.start(must_answer=True)


def test_an_engine_that_never_will_ends_the_start_even_if_it_may_be_late(watch: EngineWatch, engine: Engine) -> None:
    engine.failure = TOO_OLD
    with pytest.raises(StorageError, match=r"it is 24\.8"):
        watch.start(must_answer=False)


def test_a_server_that_comes_late_gets_its_schema(watch: EngineWatch, engine: Engine, telemetry: Telemetry) -> None:
    engine.failure = SILENT
    watch.start(must_answer=False)
    with pytest.raises(MeshhubError, match="the schema is not in place: could not reach the engine: refused"):
        watch.check()
    assert b"meshhub_store_up 0.0" in telemetry.exposition("").body
    engine.failure = None
    assert engine.migrated.wait(5)
    watch.insert_segment(Signal.LOGS, Path("b"), "b")
    watch.check()


def test_a_check_asks_the_engine_itself(watch: EngineWatch, engine: Engine) -> None:
    watch.start(must_answer=True)
    engine.failure = SILENT
    with pytest.raises(StorageError, match="refused"):
        watch.check()
