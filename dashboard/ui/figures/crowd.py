"""Where the closed boxes of a large mesh stand: close together in even columns, so that all can be read at once."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from dashboard.ui.figures.arrangement import Point
from dashboard.ui.figures.ranks import Pair, rank

CROWD = 40
"""So many closed boxes are drawn like this: as single services are, they would be too small to read."""

COLUMN, ROW = 270, 150
"""Pixels from one column and row to the next."""

_SHAPE = 1.25
"""How much wider than high the drawing area is."""

_SWEEPS = 6


def arrange_closely(nodes: Sequence[str], edges: Iterable[Pair]) -> dict[str, Point]:
    """The centre of each node in pixels, the same for the same input: callers left of whom they call, as far as columns
    of one height allow, and each near those in the next columns that it has to do with.
    """
    if not nodes:
        return {}
    pairs = sorted(set(edges))
    ranks = rank(sorted(nodes), pairs)
    neighbours: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in pairs:
        neighbours[source].append(target)
        neighbours[target].append(source)
    most = math.ceil(math.sqrt(len(nodes) * COLUMN / (ROW * _SHAPE)))
    order = sorted(nodes, key=lambda node: (ranks[node], node))
    columns = _evenly(order, math.ceil(len(order) / most))
    highest = len(columns[-1])
    heights = {node: float(row) for column in columns for row, node in enumerate(column)}
    for _ in range(_SWEEPS):
        for column in columns:
            column.sort(key=lambda node: (_mean(heights, neighbours[node], heights[node]), node))
            heights.update({node: row + (highest - len(column)) / 2 for row, node in enumerate(column)})
    return {node: (index * COLUMN, heights[node] * ROW) for index, column in enumerate(columns) for node in column}


def _evenly(order: Sequence[str], columns: int) -> list[list[str]]:
    """The shorter ones first: what lies over the drawing does so at its lower left."""
    size, longer = divmod(len(order), columns)
    ends = [size * column + max(0, column - (columns - longer)) for column in range(columns + 1)]
    return [list(order[start:end]) for start, end in pairwise(ends)]


def _mean(heights: Mapping[str, float], nodes: Sequence[str], otherwise: float) -> float:
    return sum(heights[node] for node in nodes) / len(nodes) if nodes else otherwise
