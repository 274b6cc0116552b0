from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event

import pytest

from dashboard.ui.recent import Recent


class SetClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


def test_an_answer_serves_for_a_while() -> None:
    clock, asked = SetClock(), []
    recent: Recent[int] = Recent(clock, 2.0)

    def ask() -> int:
        asked.append(1)
        return len(asked)

    assert [recent.get("a", ask), recent.get("a", ask), recent.get("b", ask)] == [1, 1, 2]
    clock.seconds = 2.1
    assert recent.get("a", ask) == 3


def test_an_error_is_not_kept() -> None:
    recent: Recent[int] = Recent(SetClock(), 2.0)
    with pytest.raises(ZeroDivisionError):
        recent.get("a", lambda: 1 // 0)
    assert recent.get("a", lambda: 7) == 7


def test_of_those_who_ask_at_once_one_asks() -> None:
    recent: Recent[int] = Recent(SetClock(), 2.0)
    started, go_on = Event(), Event()
    asked: list[int] = []

    def slowly() -> int:
        asked.append(1)
        started.set()
        assert go_on.wait(10)
        return 5

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(recent.get, "a", slowly)
        assert started.wait(10)
        others = [pool.submit(recent.get, "a", slowly) for _ in range(3)]
        assert recent.get("b", lambda: 9) == 9, "another question does not wait"
        go_on.set()
        assert [each.result(10) for each in (first, *others)] == [5] * 4
    assert len(asked) == 1


def test_only_so_many_are_kept() -> None:
    recent: Recent[int] = Recent(SetClock(), 2.0, size=2)
    for name in ("a", "b", "c"):
        recent.get(name, lambda: 1)
    assert recent.get("a", lambda: 2) == 2
    assert recent.get("c", lambda: 2) == 1
