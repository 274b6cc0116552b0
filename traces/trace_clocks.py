"""Corrects the clocks of a trace, so that no span starts before the one that caused it.

The rule of traces.skew on the tree of spans: every instance has a clock of its own, a root's is taken as right, and
each pair of parent and child on two clocks bounds how far the child's may be off. A clock that can be right as it is
stays so; another is moved to the middle of its bounds. Work that is handed over (producer to consumer) may start at any
time later, so it bounds a clock on one side only.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from storage.records.spans import Span
from traces.calls import Clock
from traces.timeline import span_clock
from traces.trace_model import NONE
from traces.tree import Tree

_Bound = tuple[int, int]
"""Parent and child."""


def correct_trace_clocks(tree: Tree) -> Mapping[Clock, int]:
    """What to add to each clock, in nanoseconds."""
    clocks = [span_clock(span) for span in tree.spans]
    bounds: dict[Clock, list[_Bound]] = defaultdict(list)
    for index, parent in enumerate(tree.parents):
        if parent != NONE and clocks[index] != clocks[parent]:
            bounds[clocks[index]].append((parent, index))
    corrections: dict[Clock, int] = {}
    for index in tree.top_down():
        if clocks[index] not in corrections:
            corrections[clocks[index]] = _choose(bounds[clocks[index]], corrections, clocks, tree.spans)
    return corrections


def _choose(
    bounds: Iterable[_Bound], corrections: Mapping[Clock, int], clocks: Sequence[Clock], spans: Sequence[Span]
) -> int:
    """Within as many bounds from clocks already corrected as agree, in their order."""
    smallest: int | None = None
    largest: int | None = None
    for parent, child in bounds:
        correction = corrections.get(clocks[parent])
        if correction is None:
            continue
        low, high = _allowed(spans[parent], spans[child], correction)
        low = low if smallest is None else max(low, smallest)
        if largest is not None:
            high = largest if high is None else min(high, largest)
        if high is None or low <= high:
            smallest, largest = low, high
    if smallest is None or (smallest <= 0 and (largest is None or largest >= 0)):
        return 0
    return smallest if largest is None else (smallest + largest) // 2


def _allowed(parent: Span, child: Span, correction: int) -> tuple[int, int | None]:
    """The smallest and the largest correction of the child's clock; None for no largest."""
    opened = parent.time_unix_nano + correction
    closed = opened + max(parent.duration_ns, 0)
    first = opened - child.time_unix_nano
    if child.kind == "consumer" or parent.kind == "producer":
        return first, None
    if child.duration_ns <= parent.duration_ns:
        return first, closed - child.time_unix_nano - max(child.duration_ns, 0)
    return first, closed - child.time_unix_nano
