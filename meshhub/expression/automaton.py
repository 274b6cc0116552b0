"""Runs regular expressions in time linear in the text, whatever the pattern: no pattern can stop the hub.

States are numbered; those that are possible at once make one state of a machine that is worked out while it runs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MAX_REMEMBERED = 5_000


@dataclass(frozen=True, slots=True)
class Characters:
    """A set of characters: those in the ranges (bounds included), or with `negated` all others."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False
    any_case: bool = False

    def __contains__(self, character: str) -> bool:
        spellings = {character, character.lower(), character.upper()} if self.any_case else (character,)
        return any(low <= one <= high for one in spellings for low, high in self.ranges) is not self.negated


@dataclass(frozen=True, slots=True)
class Step:
    """Takes one character, and goes on."""

    characters: Characters
    then: int


@dataclass(frozen=True, slots=True)
class Fork:
    """Goes on at all of these at once."""

    then: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AtStart:
    """Goes on at the start of the text only."""

    then: int


@dataclass(frozen=True, slots=True)
class AtEnd:
    """Goes on at the end of the text only."""

    then: int


@dataclass(frozen=True, slots=True)
class Found:
    """The pattern is found."""


State = Step | Fork | AtStart | AtEnd | Found


@dataclass(slots=True)
class Automaton:
    """A compiled pattern. Thread-safe: what it remembers can be worked out again."""

    states: Sequence[State]
    start: int
    _moves: dict[tuple[frozenset[int], str], frozenset[int]] = field(default_factory=dict)

    def search(self, text: str) -> bool:
        """Whether the pattern is found anywhere in a text."""
        anywhere = self._reach([self.start], at_start=False)
        possible = self._reach([self.start], at_start=True)
        for character in text:
            if self._found(possible):
                return True
            possible = self._move(possible, character, anywhere)
        at_end = self._reach(possible, at_start=not text, at_end=True)
        return self._found(at_end)

    def _move(self, possible: frozenset[int], character: str, anywhere: frozenset[int]) -> frozenset[int]:
        key = possible, character
        known = self._moves.get(key)
        if known is None:
            if len(self._moves) >= MAX_REMEMBERED:
                self._moves.clear()
            steps = (state for number in possible if isinstance(state := self.states[number], Step))
            known = self._moves[key] = anywhere | self._reach(
                [step.then for step in steps if character in step.characters], at_start=False
            )
        return known

    def _found(self, possible: Iterable[int]) -> bool:
        return any(isinstance(self.states[number], Found) for number in possible)

    def _reach(self, numbers: Iterable[int], *, at_start: bool, at_end: bool = False) -> frozenset[int]:
        """Where these lead to without taking a character."""
        reached: set[int] = set()
        open_ends = list(numbers)
        while open_ends:
            number = open_ends.pop()
            if number in reached:
                continue
            reached.add(number)
            match self.states[number]:
                case Fork(then):
                    open_ends.extend(then)
                case AtStart(then) if at_start:
                    open_ends.append(then)
                case AtEnd(then) if at_end:
                    open_ends.append(then)
        return frozenset(reached)
