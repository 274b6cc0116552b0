"""Puts calls and their parents in causal order."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from traces.ancestry import Place
from traces.attempts import find_attempts
from traces.calls import Call, order_of
from traces.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Position:
    """Where a call stands in the tree."""

    call: Call
    id: str
    parent: str
    parent_attempt: int
    depth: int


def arrange(calls: Sequence[Call], parents: Sequence[Place | None], timeline: Timeline) -> list[Position]:
    """Every call's position, parents before their children, siblings by their corrected start."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for index, place in enumerate(parents):
        children[None if place is None else place.call].append(index)
    for siblings in children.values():
        siblings.sort(key=lambda index: _order(calls[index], timeline))
    positions: list[Position] = []
    stack = [
        (index, Position(calls[index], str(number), "", 0, 0)) for number, index in _last_first(children.get(None, ()))
    ]
    while stack:
        index, position = stack.pop()
        positions.append(position)
        for number, child in _last_first(children.get(index, ())):
            attempt = _attempt(position.call, parents[child])
            below = Position(calls[child], f"{position.id}.{number}", position.id, attempt, position.depth + 1)
            stack.append((child, below))
    return positions


def _last_first(siblings: Sequence[int]) -> Iterable[tuple[int, int]]:
    """The siblings with their numbers from 1, the last one first, as a stack takes them."""
    return reversed(list(enumerate(siblings, 1)))


def _order(call: Call, timeline: Timeline) -> tuple[int, tuple[object, ...]]:
    return timeline.start_us(call.reports[0]), order_of(call.reports[0])


def _attempt(call: Call, place: Place | None) -> int:
    """The attempt of the parent that made a call; 1 where the parent's callee did not report."""
    if place is None or place.server is None:
        return 1
    return find_attempts(call).index(place.server) + 1
