"""A flame graph of a trace: each path as wide as the work at it and below it. What ran at the same time lies side by
side, so the whole is the work that was done, which may be more than the time that passed."""

from collections.abc import Sequence
from dataclasses import dataclass

from traces.structure import Shape
from traces.trace_model import NONE


@dataclass(frozen=True, slots=True)
class Flame:
    """One box: from `left_ns`, as wide as the work of its path and of those below."""

    shape: Shape
    left_ns: int
    width_ns: int


def flames(shapes: Sequence[Shape], at_most: int) -> tuple[Flame, ...]:
    """The widest boxes, in the order of the shapes: parents before children. A box comes never without its parent."""
    widths = [each.self_ns for each in shapes]
    for index in range(len(shapes) - 1, -1, -1):
        if shapes[index].parent != NONE:
            widths[shapes[index].parent] += widths[index]
    used = [each.self_ns for each in shapes]
    lefts: list[int] = []
    edge = 0
    for index, each in enumerate(shapes):
        if each.parent == NONE:
            lefts.append(edge)
            edge += widths[index]
        else:
            lefts.append(lefts[each.parent] + used[each.parent] - shapes[each.parent].self_ns)
            used[each.parent] += widths[index]
    # A parent is at least as wide as its child and stands before it, so a stable order keeps it in.
    kept = sorted(range(len(shapes)), key=lambda index: -widths[index])[:at_most]
    return tuple(Flame(shapes[index], lefts[index], widths[index]) for index in sorted(kept))
