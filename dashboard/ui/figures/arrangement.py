"""Where each node of the service graph stands: layered from left to right, namespaces in boxes that do not overlap.

Our own, because the layouts in dash-cytoscape's package do not serve: dagre ends in a TypeError at twelve boxes with
150 nodes and takes 2.2 s for 30 nodes with 435 edges, klay ignores the calls between boxes (both measured). And
computed here, a graph looks the same in every browser, so a link shows what its sender saw.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from dashboard.ui.figures.ranks import Pair, rank

COLUMN = 256
"""Pixels from one column to the next."""
ROW = 82
BOX_GAP = 58
"""Between a box and what stands above or below it: room for its name and its padding."""
_SWEEPS = 10
_SHAPE = 1.5
"""How much wider than high a picture should be."""

Point = tuple[float, float]


@dataclass(slots=True)
class _Block:
    """The nodes of one box, or one node outside of any, by column: they stay together."""

    name: str
    columns: dict[int, list[str]] = field(default_factory=dict)
    top: float = 0.0

    @property
    def height(self) -> float:
        return ROW * max(len(nodes) for nodes in self.columns.values())

    @property
    def size(self) -> int:
        return sum(len(nodes) for nodes in self.columns.values())

    @property
    def span(self) -> tuple[int, int]:
        """Its first column and the one after its last."""
        return min(self.columns), max(self.columns) + 1


def arrange(nodes: Sequence[str], edges: Iterable[Pair], boxes: Mapping[str, str]) -> dict[str, Point]:
    """The centre of each node in pixels, the same for the same input.

    Args:
        nodes: ids.
        edges: (caller, callee) of the calls that matter for the order.
        boxes: the box of each node that is in one.
    """
    if not nodes:
        return {}
    pairs = sorted(set(edges))
    blocks = _blocks(nodes, rank(nodes, pairs), boxes)
    _fold(blocks, pairs)
    neighbours = _undirected(pairs)
    heights = dict.fromkeys(nodes, 0.0)
    for _ in range(_SWEEPS):
        for block in blocks:
            _order(block, heights, neighbours)
        _stack(blocks, heights, neighbours)
    columns = {node: column for block in blocks for column, members in block.columns.items() for node in members}
    return {node: (columns[node] * COLUMN, heights[node]) for node in nodes}


def _undirected(pairs: Iterable[Pair]) -> Mapping[str, list[str]]:
    neighbours: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in pairs:
        neighbours[source].append(target)
        neighbours[target].append(source)
    return neighbours


def _blocks(nodes: Sequence[str], ranks: Mapping[str, int], boxes: Mapping[str, str]) -> list[_Block]:
    made: dict[str, _Block] = {}
    for node in sorted(nodes):
        name = boxes.get(node, f"\0{node}")
        made.setdefault(name, _Block(name)).columns.setdefault(ranks[node], []).append(node)
    return sorted(made.values(), key=lambda block: (-block.size, block.name))


def _fold(blocks: Sequence[_Block], pairs: Iterable[Pair]) -> None:
    """Where boxes would make a tower, set them side by side in strips, those that are called right of their callers."""
    width = COLUMN * max(block.span[1] for block in blocks)
    height = sum(block.height + BOX_GAP for block in blocks if block.size > 1)
    strips = round(math.sqrt(height * _SHAPE / width))
    if strips < 2:
        return
    home = {node: block.name for block in blocks for members in block.columns.values() for node in members}
    order = rank([block.name for block in blocks], {(home[a], home[b]) for a, b in pairs})
    left, filled, widest = 0, 0.0, 0
    for block in sorted(blocks, key=lambda each: (order[each.name], each.name)):
        if filled > height / strips:
            left, filled, widest = left + widest, 0.0, 0
        first = block.span[0]
        block.columns = {column - first + left: members for column, members in block.columns.items()}
        widest = max(widest, block.span[1] - left)
        filled += block.height + BOX_GAP


def _order(block: _Block, heights: dict[str, float], neighbours: Mapping[str, list[str]]) -> None:
    """Order each column of a block by where its nodes' neighbours stand, and centre it in the block."""
    for column, nodes in sorted(block.columns.items()):
        nodes.sort(key=lambda node: (_mean(heights, neighbours[node], heights[node]), node))
        top = block.top + (block.height - ROW * len(nodes)) / 2
        for index, node in enumerate(nodes):
            heights[node] = top + ROW * (index + 0.5)
        block.columns[column] = nodes


def _stack(blocks: Sequence[_Block], heights: dict[str, float], neighbours: Mapping[str, list[str]]) -> None:
    """Place the blocks, largest first, each as near to its neighbours as the ones before it leave room for."""
    placed: list[_Block] = []
    for block in blocks:
        nodes = [node for column in block.columns.values() for node in column]
        inside = set(nodes)
        others = [other for node in nodes for other in neighbours[node] if other not in inside]
        wanted = _mean(heights, others, block.top + block.height / 2) - block.height / 2 if placed else 0.0
        top = _free_place(block, wanted, placed)
        for node in nodes:
            heights[node] += top - block.top
        block.top = top
        placed.append(block)


def _free_place(block: _Block, wanted: float, placed: Sequence[_Block]) -> float:
    """The top nearest to the wanted one where the block overlaps none of the placed ones in its columns."""
    first, end = block.span
    taken = sorted((b.top, b.top + b.height) for b in placed if b.span[0] < end and first < b.span[1])
    merged: list[tuple[float, float]] = []
    for top, bottom in taken:
        if merged and top <= merged[-1][1] + BOX_GAP:
            merged[-1] = (merged[-1][0], max(merged[-1][1], bottom))
        else:
            merged.append((top, bottom))
    infinity = float("inf")
    borders = [(-infinity, -infinity), *merged, (infinity, infinity)]
    choices = [
        min(max(wanted, above[1] + BOX_GAP), below[0] - BOX_GAP - block.height)
        for above, below in pairwise(borders)
        if below[0] - above[1] >= block.height + 2 * BOX_GAP
    ]
    return min(choices, key=lambda top: (abs(top - wanted), top))


def _mean(heights: Mapping[str, float], nodes: Sequence[str], otherwise: float) -> float:
    return sum(heights[node] for node in nodes) / len(nodes) if nodes else otherwise
