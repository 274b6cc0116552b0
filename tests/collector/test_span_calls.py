"""Minutes are counted by parents of spans when they are over, each once, also by a hub that starts anew."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from collector.span_calls import BACK, DELAY, IN_TIME, LATE, MOST_WAITING, SpanCalls
from meshhub.errors import StorageError
from meshhub.testing.slo_traffic import HandClock

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC).timestamp()
COUNTED = NOON + DELAY.total_seconds()
"""When what began a minute before noon is counted."""


class Engine:
    """Notes which minutes it counted."""

    def __init__(self) -> None:
        self.counted: list[int] = []
        self.late: list[int] = []
        self.broken = False
        self.behind = 0
        self.asked = threading.Event()

    def waiting(self) -> int:
        return self.behind

    def count_calls_by_parent(self, minute: int, until: int, before: int = 0) -> None:
        self.asked.set()
        if self.broken:
            raise StorageError("could not reach the engine", retryable=True)
        in_time, late = (minute + 60 + int(length.total_seconds()) for length in (IN_TIME, LATE))
        assert (until, before) in ((in_time, 0), (late, in_time)), "each look goes on where the one before ended"
        (self.late if before else self.counted).append(minute)


def minutes(engine: Engine, *, late: bool = False) -> list[float]:
    """What was counted, in minutes from noon."""
    return [(minute - NOON) / 60 for minute in (engine.late if late else engine.counted)]


def test_a_minute_is_counted_once_when_its_spans_have_come_in() -> None:
    engine, clock = Engine(), HandClock(COUNTED)
    calls = SpanCalls(engine, clock, engine.waiting)
    calls.catch_up()
    assert minutes(engine) == [-15.0 + number for number in range(int(BACK / timedelta(minutes=1)))]
    engine.counted.clear()
    for later in (59, 60, 61, 185):
        clock.to(COUNTED + later)
        calls.catch_up()
    assert minutes(engine) == [0, 1, 2]


def test_late_spans_of_a_minute_are_counted_once_when_it_has_been_over_for_five_minutes() -> None:
    engine, clock = Engine(), HandClock(COUNTED)
    calls = SpanCalls(engine, clock, engine.waiting)
    calls.catch_up()
    assert minutes(engine, late=True) == [-15.0 + number for number in range(10)]
    engine.late.clear()
    for later in (29, 30, 31, 95):
        clock.to(COUNTED + later)
        calls.catch_up()
    assert minutes(engine, late=True) == [-5, -4]


def test_late_spans_wait_for_the_first_look_at_their_minute() -> None:
    engine, clock = Engine(), HandClock(COUNTED)
    calls = SpanCalls(engine, clock, engine.waiting)
    engine.broken = True
    with pytest.raises(StorageError):
        calls.catch_up()
    assert engine.late == []
    engine.broken = False
    calls.catch_up()
    assert len(engine.counted) == 15
    assert len(engine.late) == 10


def test_what_the_engine_did_not_count_is_asked_for_again() -> None:
    engine, clock = Engine(), HandClock(COUNTED)
    calls = SpanCalls(engine, clock, engine.waiting)
    calls.catch_up()
    engine.counted.clear()
    clock.to(COUNTED + 120)
    engine.broken = True
    with pytest.raises(StorageError):
        calls.catch_up()
    engine.broken = False
    calls.catch_up()
    assert minutes(engine) == [0, 1]


def test_nothing_is_counted_while_spans_wait_to_be_loaded() -> None:
    engine, clock = Engine(), HandClock(COUNTED)
    calls = SpanCalls(engine, clock, engine.waiting)
    engine.behind = MOST_WAITING + 1
    calls.catch_up()
    assert engine.counted == []
    engine.behind = MOST_WAITING
    calls.catch_up()
    assert len(engine.counted) == 15


def test_a_hub_that_slept_for_long_begins_where_spans_can_still_be_told_apart() -> None:
    engine, clock = Engine(), HandClock(COUNTED)
    calls = SpanCalls(engine, clock, engine.waiting)
    calls.catch_up()
    engine.counted.clear()
    clock.to(COUNTED + 5 * 3600)
    calls.catch_up()
    assert minutes(engine) == [285.0 + number for number in range(15)]


def test_the_thread_goes_on_after_a_fault_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.span_calls.LOOK_SECONDS", 0.01)
    engine = Engine()
    engine.broken = True
    calls = SpanCalls(engine, HandClock(NOON), engine.waiting)
    calls.start()
    for _ in range(2):
        engine.asked.clear()
        assert engine.asked.wait(30)
    calls.stop()
    calls.stop()
    SpanCalls(engine, HandClock(NOON), engine.waiting).stop()
    assert engine.counted == []
