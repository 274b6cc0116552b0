"""The shape of a trace: spans with the same path of (service, operation) from the root taken together. What flame
graphs and comparisons are made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from traces.trace_model import NONE, Trace

Step = tuple[str, str]
"""Service and operation."""


@dataclass(slots=True)
class Shape:
    """The spans at one path. `parent` is an index into the list of shapes; times are nanoseconds, added up."""

    step: Step
    parent: int
    depth: int
    spans: int = 0
    errors: int = 0
    length_ns: int = 0
    self_ns: int = 0


def shape(trace: Trace) -> list[Shape]:
    """Every path of a trace, parents before children, in the order of its first span."""
    found: dict[tuple[int, Step], int] = {}
    shapes: list[Shape] = []
    place: list[int] = []
    for each in trace.spans:
        above = NONE if each.parent == NONE else place[each.parent]
        step = each.span.service, each.span.name
        at = found.setdefault((above, step), len(shapes))
        if at == len(shapes):
            shapes.append(Shape(step, above, 0 if above == NONE else shapes[above].depth + 1))
        place.append(at)
        made = shapes[at]
        made.spans += 1
        made.errors += each.error
        made.length_ns += each.length_ns
        made.self_ns += each.self_ns
    return shapes


class Change(StrEnum):
    """How a path of one trace is found in another."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    COUNT = "count"
    """There are more, or fewer, spans at it."""
    ERRORS = "errors"
    """More, or fewer, of them failed."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One path in two traces; None where a trace does not have it. `parent` is an index into the differences."""

    step: Step
    parent: int
    depth: int
    change: Change
    before: Shape | None
    after: Shape | None

    @property
    def longer_ns(self) -> int:
        """How much longer its spans took on average in the second trace; 0 unless both have it."""
        if self.before is None or self.after is None:
            return 0
        return self.after.length_ns // self.after.spans - self.before.length_ns // self.before.spans


def compare(before: Trace, after: Trace) -> tuple[Difference, ...]:
    """Every path of either trace, parents before children: siblings as the first has them, then what is added."""
    first, second = shape(before), shape(after)
    below_first, below_second = _below(first), _below(second)
    differences: list[Difference] = []
    pending: list[tuple[int, int | None, int | None]] = list(_paired(below_first, below_second, NONE, NONE))[::-1]
    while pending:
        parent, one, other = pending.pop()
        old = None if one is None else first[one]
        new = None if other is None else second[other]
        known = old or new
        if known is None:
            continue
        depth = 0 if parent == NONE else differences[parent].depth + 1
        differences.append(Difference(known.step, parent, depth, _change(old, new), old, new))
        pending += list(_paired(below_first, below_second, one, other, len(differences) - 1))[::-1]
    return tuple(differences)


def _below(shapes: list[Shape]) -> Mapping[int, dict[Step, int]]:
    below: dict[int, dict[Step, int]] = {NONE: {}}
    for index, each in enumerate(shapes):
        below.setdefault(each.parent, {})[each.step] = index
    return below


def _paired(
    first: Mapping[int, dict[Step, int]],
    second: Mapping[int, dict[Step, int]],
    one: int | None,
    other: int | None,
    parent: int = NONE,
) -> Iterator[tuple[int, int | None, int | None]]:
    old = first.get(one, {}) if one is not None else {}
    new = second.get(other, {}) if other is not None else {}
    for step in dict.fromkeys((*old, *new)):
        yield parent, old.get(step), new.get(step)


def _change(old: Shape | None, new: Shape | None) -> Change:
    if old is None or new is None:
        return Change.ADDED if old is None else Change.REMOVED
    if old.spans != new.spans:
        return Change.COUNT
    return Change.SAME if old.errors == new.errors else Change.ERRORS
