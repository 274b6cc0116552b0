"""How far edges bend so that they do not run behind nodes which they have nothing to do with."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

from dashboard.ui.figures.arrangement import COLUMN, Point

CLEAR_WIDTH, CLEAR_HEIGHT = 80.0, 32.0
"""Half the room around the centre of a node that other edges keep out of."""
_CHOICES = (0.0, 70.0, -70.0, 120.0, -120.0, 180.0, -180.0, 250.0, -250.0)
_SAMPLES = 24

Ends = tuple[str, str]


def bends(places: Mapping[str, Point], edges: Iterable[Ends]) -> dict[Ends, float]:
    """For each edge that would run behind a node: the distance of its control point from the middle of the straight
    line, to the right of its direction if positive. Left out are edges that are straight, or clear nothing by bending.
    """
    columns: defaultdict[int, list[tuple[str, Point]]] = defaultdict(list)
    for node, place in places.items():
        columns[round(place[0] / COLUMN)].append((node, place))
    chosen = ((ends, _bend(ends, places, columns)) for ends in edges if ends[0] != ends[1])
    return {ends: bend for ends, bend in chosen if bend}


def _bend(ends: Ends, places: Mapping[str, Point], columns: Mapping[int, list[tuple[str, Point]]]) -> float:
    start, end = places[ends[0]], places[ends[1]]
    best, fewest = 0.0, math.inf
    for bend in _CHOICES:
        hits = _hits(ends, _curve(start, end, bend), columns)
        if hits < fewest:
            best, fewest = bend, hits
        if not hits:
            break
    return best


def _curve(start: Point, end: Point, bend: float) -> list[Point]:
    """Points of a quadratic Bézier curve whose control point is this far from the middle of the line."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = math.hypot(across, down) or 1.0
    control = (
        (start[0] + end[0]) / 2 - down / length * bend,
        (start[1] + end[1]) / 2 + across / length * bend,
    )
    made = []
    for step in range(1, _SAMPLES):
        t = step / _SAMPLES
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        made.append((a * start[0] + b * control[0] + c * end[0], a * start[1] + b * control[1] + c * end[1]))
    return made


def _hits(ends: Ends, curve: Iterable[Point], columns: Mapping[int, list[tuple[str, Point]]]) -> int:
    return sum(
        abs(x - place[0]) < CLEAR_WIDTH and abs(y - place[1]) < CLEAR_HEIGHT
        for x, y in curve
        for node, place in columns.get(round(x / COLUMN), ())
        if node not in ends
    )
