"""Counters and gauges as they were recorded, turned into what a chart shows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from dashboard.reads.hub import Series

Points = tuple[tuple[float, float], ...]
"""(Unix seconds, value), by time."""


def pick(series: Iterable[Series], metric: str, label: str) -> dict[str, list[Points]]:
    """The series of a metric by the value of one attribute; "" for those that do not have it."""
    found: defaultdict[str, list[Points]] = defaultdict(list)
    for each in series:
        if each.metric == metric:
            found[dict(each.attributes).get(label, "")].append(each.points)
    return dict(sorted(found.items()))


def per_second(points: Points) -> Points:
    """The rate of a counter between its records. A fall is a restart: it counts from zero again."""
    made = []
    for (before, low), (after, high) in pairwise(points):
        if after > before:
            made.append((after, (high - low if high >= low else high) / (after - before)))
    return tuple(made)


def total_growth(points: Points) -> float:
    """By how much a counter grew, restarts taken into account."""
    return sum(high - low if high >= low else high for (_, low), (_, high) in pairwise(points))


def add_up(several: Sequence[Points]) -> Points:
    """The sum of series that were recorded at the same times; a time that only some have counts those."""
    sums: defaultdict[float, float] = defaultdict(float)
    for points in several:
        for time, value in points:
            sums[time] += value
    return tuple(sorted(sums.items()))


def quotient(sums: Points, counts: Points) -> Points:
    """The mean of what two counters add up, between their records; times without new counts are left out."""
    grown = dict(per_second(counts))
    return tuple((time, rate / grown[time]) for time, rate in per_second(sums) if grown.get(time))


def latest(points: Points) -> float | None:
    """The newest value; None if there is none."""
    return points[-1][1] if points else None
