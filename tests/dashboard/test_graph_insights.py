import threading
from datetime import UTC, datetime, timedelta

from dashboard.reads.graph_insights import GraphInsights
from meshhub.model import TimeRange
from meshhub.testing import graphs
from topology.model import ServiceGraph

WINDOW = TimeRange.last(timedelta(minutes=15), now=datetime(2026, 1, 1, 12, tzinfo=UTC))


def _next(made: list[int]) -> int:
    made.append(len(made) + 1)
    return made[-1]


def counting(kept: GraphInsights[int], graph: ServiceGraph, made: list[int]) -> int:
    return kept.get((graph,), lambda: _next(made))


def test_one_graph_is_thought_about_once_and_an_equal_one_again() -> None:
    kept, made = GraphInsights[int](4), list[int]()
    graph, equal = graphs.shop(WINDOW), graphs.shop(WINDOW)
    assert [counting(kept, graph, made), counting(kept, graph, made), counting(kept, equal, made)] == [1, 1, 2]


def test_a_graph_in_the_place_of_one_that_is_gone_is_another() -> None:
    kept, made = GraphInsights[int](4), list[int]()
    for _ in range(20):
        counting(kept, graphs.shop(WINDOW), made)
    assert len(made) == 20


def test_the_graphs_asked_about_longest_ago_are_forgotten() -> None:
    kept, made = GraphInsights[int](2), list[int]()
    one, two, three = (graphs.shop(WINDOW) for _ in range(3))
    for graph in (one, two, one, three, one, two):
        counting(kept, graph, made)
    assert len(made) == 4, "two made way for three, one did not"


def test_those_who_ask_at_once_wait_for_the_same_answer() -> None:
    kept, made = GraphInsights[int](2), list[int]()
    graph, started, answers = graphs.shop(WINDOW), threading.Barrier(4), list[int]()

    def ask() -> None:
        started.wait(10)
        answers.append(counting(kept, graph, made))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert answers == [1, 1, 1, 1]
