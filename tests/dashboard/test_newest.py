"""The age of the newest data costs the same however many pages ask, and however much an hour has."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from dashboard.reads.newest import Newest
from storage.client import Store
from storage.records.hub import Freshness

RecordT = TypeVar("RecordT")


class ManualClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


class Answers:
    """A store that has these answers."""

    def __init__(self, lately: Freshness, hour: Freshness) -> None:
        self.answers = {"freshness_lately": lately, "freshness": hour}
        self.asked: list[str] = []

    def query(self, name: str, parameters: Mapping[str, Any], into: type[RecordT]) -> list[RecordT]:
        self.asked.append(name)
        return [self.answers[name]]  # type: ignore[list-item]


def test_one_answer_serves_all_who_ask_within_a_second() -> None:
    clock, store = ManualClock(), Answers(Freshness(5, 6, 7), Freshness(0, 0, 0))
    newest = Newest(store, clock)
    assert newest.received() == newest.received() == Freshness(5, 6, 7)
    assert store.asked == ["freshness_lately"]
    clock.seconds = 1.0
    store.answers["freshness_lately"] = Freshness(8, 8, 8)
    assert newest.received() == Freshness(8, 8, 8)


def test_the_hour_is_asked_for_what_is_not_new_and_seldom() -> None:
    clock, store = ManualClock(), Answers(Freshness(5, 0, 0), Freshness(4, 3, 0))
    newest = Newest(store, clock)
    for _ in range(9):
        assert newest.received() == Freshness(5, 3, 0)
        clock.seconds += 1.0
    assert store.asked.count("freshness") == 1
    clock.seconds += 1.0
    newest.received()
    assert store.asked.count("freshness") == 2


def test_the_engine_answers_both(embedded_store: Store) -> None:
    (lately,) = embedded_store.query("freshness_lately", {}, Freshness)
    (hour,) = embedded_store.query("freshness", {}, Freshness)
    assert lately.access_logs <= hour.access_logs
