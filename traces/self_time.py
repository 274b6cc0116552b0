"""How long a span worked itself: its length without the time in which at least one of its children ran."""

from collections.abc import Sequence


def self_times(starts: Sequence[int], ends: Sequence[int], children: Sequence[Sequence[int]]) -> list[int]:
    """For each span, in the unit of its times. What a child did outside of its parent does not count."""
    return [_self_time(starts, ends, index, children[index]) for index in range(len(starts))]


def _self_time(starts: Sequence[int], ends: Sequence[int], index: int, below: Sequence[int]) -> int:
    own, reached = ends[index] - starts[index], starts[index]
    for child in sorted(below, key=starts.__getitem__):
        end = min(ends[child], ends[index])
        own -= max(0, end - max(starts[child], reached))
        reached = max(reached, end)
    return own
