import random
import time
import zlib

from dashboard.ui.figures.arrangement import BOX_GAP, COLUMN, ROW, Point, arrange
from dashboard.ui.figures.ranks import SHALLOW, rank

CHAIN = [("a", "b"), ("b", "c"), ("a", "c")]


def test_callers_stand_left_of_whom_they_call() -> None:
    assert rank(["c", "b", "a"], CHAIN) == {"a": 0, "b": 1, "c": 2}


def test_a_cycle_is_cut_and_everybody_has_a_place() -> None:
    ranks = rank(["a", "b", "c"], [*CHAIN, ("c", "a"), ("b", "b")])
    assert sorted(ranks.values()) == [0, 1, 2]


def test_a_caller_nobody_calls_stands_just_left_of_its_callee() -> None:
    assert rank(["a", "b", "c", "late"], [*CHAIN, ("late", "c")])["late"] == 1


def test_a_dense_graph_is_no_wider_than_a_screen() -> None:
    nodes = [f"n{index}" for index in range(40)]
    pairs = [(a, b) for place, a in enumerate(nodes) for b in nodes[place + 1 :]]
    assert max(rank(nodes, pairs).values()) < SHALLOW


def test_nothing_is_arranged_as_nothing() -> None:
    assert arrange([], [], {}) == {}


def test_the_same_graph_is_arranged_the_same_in_any_order() -> None:
    nodes, pairs, boxes = made(60, 120, seed=3)
    shuffled = sorted(nodes, key=lambda node: zlib.crc32(node.encode()))
    assert arrange(nodes, pairs, boxes) == arrange(shuffled, pairs[::-1], boxes)


def test_no_two_nodes_stand_in_one_place() -> None:
    for seed in range(8):
        nodes, pairs, boxes = made(70, 150, seed)
        places = list(arrange(nodes, pairs, boxes).values())
        assert not [(a, b) for i, a in enumerate(places) for b in places[:i] if near(a, b)]


def test_boxes_do_not_overlap() -> None:
    for seed in range(8):
        nodes, pairs, boxes = made(70, 150, seed)
        places = arrange(nodes, pairs, boxes)
        frames = [frame([places[n] for n in nodes if boxes.get(n) == box]) for box in sorted(set(boxes.values()))]
        assert not [(a, b) for i, a in enumerate(frames) for b in frames[:i] if overlap(a, b)]


def test_many_boxes_are_set_side_by_side() -> None:
    nodes, pairs, boxes = made(140, 260, seed=5)
    places = arrange(nodes, pairs, boxes).values()
    width = max(x for x, _ in places) - min(x for x, _ in places)
    height = max(y for _, y in places) - min(y for _, y in places)
    assert height < 1.6 * width


def test_a_thousand_nodes_are_arranged_in_half_a_second() -> None:
    nodes, pairs, boxes = made(1000, 10_000, seed=1)
    started = time.process_time()
    arrange(nodes, pairs, boxes)
    assert time.process_time() - started < 2.0, "aim 0.5 s; the rest is for slow machines"


def made(count: int, edges: int, seed: int) -> tuple[list[str], list[tuple[str, str]], dict[str, str]]:
    chance = random.Random(seed)
    nodes = [f"n{index:04d}" for index in range(count)]
    pairs = [(a, b) for a, b in (chance.choices(nodes, k=2) for _ in range(edges)) if a != b]
    boxes = {node: f"box-{index % 10}" for index, node in enumerate(nodes) if index % 7}
    return nodes, pairs, boxes


def near(one: Point, other: Point) -> bool:
    return abs(one[0] - other[0]) < COLUMN * 0.9 and abs(one[1] - other[1]) < ROW * 0.9


def frame(places: list[Point]) -> tuple[float, float, float, float]:
    """A box around places with a good part of the gap as its margin."""
    margin = BOX_GAP / 2 - 1
    xs, ys = [x for x, _ in places], [y for _, y in places]
    return min(xs) - 80, min(ys) - ROW / 2 - margin, max(xs) + 80, max(ys) + ROW / 2 + margin


def overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
