"""The critical path of a trace: what would have to be faster for the whole to be faster.

The algorithm of CRISP (Zhang et al., "CRISP: Critical Path Analysis of Large-Scale Microservice Architectures", USENIX
ATC 2022), which Jaeger shows too: from the end of the root backwards, time belongs to the child that finished last, and
to the span itself while no child ran; what finished only after that child had started ran beside it and is not on the
path. What a child did outside of its parent does not count.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from traces.trace_model import Section


def critical_path(
    root: int,
    starts: Sequence[int],
    ends: Sequence[int],
    children: Sequence[Sequence[int]],
    is_waited_for: Callable[[int], bool],
) -> Mapping[int, tuple[Section, ...]]:
    """Where each span is on the path, by time. The sections together are the root's whole length, without overlap.

    Args:
        root: index of the span where the path ends.
        starts, ends: of every span.
        children: of every span.
        is_waited_for: whether a child keeps its parent waiting; work that was handed over does not.
    """
    found: dict[int, list[Section]] = defaultdict(list)
    pending = [(root, starts[root], ends[root])]
    while pending:
        index, first, last = pending.pop()
        reached = last
        for end, start, child in _latest_first(children[index], starts, ends, first, last, is_waited_for):
            if start < end <= reached:
                if end < reached:
                    found[index].append((end, reached))
                pending.append((child, start, end))
                reached = start
        if first < reached:
            found[index].append((first, reached))
    return {index: tuple(reversed(sections)) for index, sections in found.items()}


def _latest_first(
    below: Sequence[int],
    starts: Sequence[int],
    ends: Sequence[int],
    first: int,
    last: int,
    is_waited_for: Callable[[int], bool],
) -> list[tuple[int, int, int]]:
    """End and start within the parent, and index; the one that ended last first, of equals the longest."""
    within = [(min(ends[child], last), max(starts[child], first), child) for child in below if is_waited_for(child)]
    return sorted(within, key=lambda each: (-each[0], each[1], each[2]))
