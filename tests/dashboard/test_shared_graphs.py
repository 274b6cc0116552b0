"""One graph for all who ask for the same window at about the same time."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.reads.graph_refresh import GraphRefresh
from dashboard.reads.shared_graphs import MAX_EDGES, SharedGraphs
from meshhub.model import TimeRange
from meshhub.testing.graphs import empty, mesh
from topology.model import ServiceGraph

START = datetime(2026, 9, 21, 13, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Hand:
    """A clock that is moved by hand."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class Maker:
    """Makes graphs that take some time."""

    clock: Hand
    takes: float = 1.0
    asked: list[TimeRange] = field(default_factory=list)

    def graph(self, shared: SharedGraphs, window: TimeRange, option: str = "") -> ServiceGraph:
        return shared.graph(window, (option,), self._make)

    def _make(self, window: TimeRange) -> ServiceGraph:
        self.asked.append(window)
        self.clock.seconds += self.takes
        return empty(window)


def live(clock: Hand) -> TimeRange:
    return TimeRange.last(HOUR, now=clock.now())


def test_a_live_window_is_served_five_times_as_long_as_it_took() -> None:
    clock = Hand()
    shared, maker = SharedGraphs(clock), Maker(clock, takes=1.0)
    first = maker.graph(shared, live(clock))
    clock.seconds += 4.9
    assert maker.graph(shared, live(clock)) is first
    clock.seconds += 0.2
    assert maker.graph(shared, live(clock)) is not first


def test_no_graph_is_served_for_more_than_ten_seconds() -> None:
    clock = Hand()
    shared, maker = SharedGraphs(clock), Maker(clock, takes=8.0)
    first = maker.graph(shared, live(clock))
    clock.seconds += 10.1
    assert maker.graph(shared, live(clock)) is not first


def test_a_graph_that_took_long_is_served_all_the_same() -> None:
    clock = Hand()
    shared, maker = SharedGraphs(clock), Maker(clock, takes=60.0)
    past = TimeRange(START - 2 * HOUR, START - HOUR)
    assert maker.graph(shared, past) is maker.graph(shared, past)


def test_another_question_has_another_answer() -> None:
    clock = Hand()
    shared, maker = SharedGraphs(clock), Maker(clock)
    maker.graph(shared, live(clock))
    maker.graph(shared, live(clock), "other")
    maker.graph(shared, TimeRange.last(HOUR / 2, now=clock.now()))
    assert len(maker.asked) == 3


def test_windows_of_the_past_are_told_apart_by_ten_seconds() -> None:
    clock = Hand()
    shared, maker = SharedGraphs(clock), Maker(clock)
    past = TimeRange(START - 2 * HOUR, START - HOUR)
    first = maker.graph(shared, past)
    assert maker.graph(shared, past) is first
    assert maker.graph(shared, TimeRange(past.start, past.end + timedelta(seconds=10))) is not first


def test_while_one_makes_it_anew_the_others_get_the_one_before() -> None:
    clock = Hand()
    shared, maker = SharedGraphs(clock), Maker(clock)
    before = maker.graph(shared, live(clock))
    clock.seconds += 6
    started, finish = threading.Event(), threading.Event()

    def slowly(_: TimeRange) -> ServiceGraph:
        started.set()
        assert finish.wait(10)
        return empty(live(clock))

    thread = threading.Thread(target=lambda: shared.graph(live(clock), ("",), slowly))
    thread.start()
    assert started.wait(10)
    assert maker.graph(shared, live(clock)) is before
    finish.set()
    thread.join(10)
    assert not thread.is_alive()
    assert len(maker.asked) == 1


def test_a_failure_is_not_kept() -> None:
    clock = Hand()
    shared, maker = SharedGraphs(clock), Maker(clock)

    def failing(_: TimeRange) -> ServiceGraph:
        raise OSError("no engine")

    for _ in range(2):
        try:
            shared.graph(live(clock), ("",), failing)
        except OSError:
            continue
        raise AssertionError("the failure was not passed on")
    assert maker.graph(shared, live(clock)) is not None


def test_what_is_kept_is_bounded_by_its_edges() -> None:
    clock = Hand()
    shared = SharedGraphs(clock)
    window = TimeRange(START - 2 * HOUR, START - HOUR)
    large = mesh(window, 300, 3_000)
    for number in range(MAX_EDGES // 3_000 + 3):
        shared.graph(window, (number,), lambda _: large)
    assert sum(len(kept.graph.edges) for kept in shared._kept.values()) <= MAX_EDGES


def test_a_live_window_that_takes_long_is_made_anew_before_it_is_old() -> None:
    clock = Hand()
    shared, maker = SharedGraphs(clock), Maker(clock, takes=2.0)
    first = maker.graph(shared, live(clock))
    clock.seconds += 7.9
    shared.refresh()
    assert len(maker.asked) == 1
    clock.seconds += 0.2
    shared.refresh()
    assert maker.asked[1].end - maker.asked[0].end == timedelta(seconds=10.1)
    second = maker.graph(shared, live(clock))
    assert second is not first
    assert second.window == maker.asked[1]
    assert len(maker.asked) == 2


def test_a_window_that_nobody_asked_for_is_let_go() -> None:
    clock = Hand()
    shared, maker = SharedGraphs(clock), Maker(clock, takes=2.0)
    maker.graph(shared, live(clock))
    clock.seconds += 61
    shared.refresh()
    clock.seconds -= 30
    shared.refresh()
    assert len(maker.asked) == 1


@pytest.mark.parametrize("takes", [0.1, 6.0])
def test_what_is_cheap_or_takes_too_long_is_left_to_those_who_ask(takes: float) -> None:
    clock = Hand()
    shared, maker = SharedGraphs(clock), Maker(clock, takes)
    maker.graph(shared, live(clock))
    clock.seconds += 20
    shared.refresh()
    assert len(maker.asked) == 1


def test_windows_of_the_past_stay_as_they_are() -> None:
    clock = Hand()
    shared, maker = SharedGraphs(clock), Maker(clock, takes=2.0)
    maker.graph(shared, TimeRange(START - 2 * HOUR, START - HOUR))
    clock.seconds += 20
    shared.refresh()
    assert len(maker.asked) == 1


def test_no_more_than_three_windows_are_kept_up() -> None:
    clock = Hand()
    shared, maker = SharedGraphs(clock), Maker(clock, takes=1.0)
    for option in "abcd":
        maker.graph(shared, live(clock), option)
    clock.seconds += 10
    shared.refresh()
    assert len(maker.asked) == 7


def test_the_thread_refreshes_until_it_is_stopped() -> None:
    looked = threading.Event()
    refresh = GraphRefresh(looked.set)
    refresh.stop()
    refresh = GraphRefresh(looked.set)
    refresh.start()
    assert looked.wait(10)
    refresh.stop()
    assert not any(thread.name == "graph-refresh" for thread in threading.enumerate())
