"""Regular expressions: the part of RE2's syntax (github.com/google/re2/wiki/Syntax) that means the same in both.

Literals, `.`, classes, `\\d \\w \\s` and their opposites (ASCII), groups, `|`, `* + ? {n,m}`, `^` and `$`, and
`(?i)` in front. A pattern is found anywhere in a text; `.` is any character.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from meshhub.expression.automaton import AtEnd, AtStart, Automaton, Characters, Fork, Found, State, Step

MAX_STATES = 1_000
MAX_DEPTH = 30
MAX_REPEAT = 200

_ANY_CASE = "(?i)"
_COUNT = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{0,4}))?\}")
_DIGITS = (("0", "9"),)
_WORDS = (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z"))
_SPACES = (("\t", "\n"), ("\f", "\r"), (" ", " "))
_SETS = {"d": _DIGITS, "w": _WORDS, "s": _SPACES}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
_LAST = "\U0010ffff"

Build = Callable[[int], int]
"""Puts a part of the pattern before the state with this number; the number of where it starts."""


class PatternFault(Exception):
    """A pattern cannot be used. `position` counts characters from 0."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position
        self.reason = reason


@lru_cache(maxsize=256)
def compile_pattern(text: str) -> Automaton:
    """The automaton of a pattern.

    Raises:
        PatternFault: it is no pattern, or too large a one.
    """
    return _Compiler(text).compile()


class _Compiler:
    def __init__(self, text: str) -> None:
        self._text = text
        self._any_case = text.startswith(_ANY_CASE)
        self._position = len(_ANY_CASE) if self._any_case else 0
        self._states: list[State] = [Found()]

    def compile(self) -> Automaton:
        build = self._alternatives(depth=0)
        if self._position < len(self._text):
            raise PatternFault(self._position, "this bracket closes nothing")
        return Automaton(self._states, build(0))

    def _alternatives(self, depth: int) -> Build:
        if depth > MAX_DEPTH:
            raise PatternFault(self._position, f"its groups are nested deeper than {MAX_DEPTH}")
        options = [self._sequence(depth)]
        while self._take("|"):
            options.append(self._sequence(depth))
        if len(options) == 1:
            return options[0]
        return lambda then: self._add(Fork(tuple(option(then) for option in options)))

    def _sequence(self, depth: int) -> Build:
        parts: list[Build] = []
        while self._position < len(self._text) and self._text[self._position] not in "|)":
            parts.append(self._repeated(depth))

        def build(then: int) -> int:
            for part in reversed(parts):
                then = part(then)
            return then if parts else self._add(Fork((then,)))

        return build

    def _repeated(self, depth: int) -> Build:
        start = self._position
        part = self._atom(depth)
        if not (count := self._count()):
            return part
        if self._text[start] in "^$":
            raise PatternFault(start + 1, "there is nothing to repeat")
        self._take("?")  # as few as possible: found or not is the same
        if self._position < len(self._text) and (self._text[self._position] in "*+?" or self._at_count()):
            raise PatternFault(self._position, "this repeats a repetition: put it in brackets")
        low, high = count
        return lambda then: self._repeat(part, low, high, then)

    def _repeat(self, part: Build, low: int, high: int | None, then: int) -> int:
        if high is None:
            loop = self._add(Fork(()))
            self._states[loop] = Fork((part(loop), then))
            then = loop
        else:
            for _ in range(high - low):
                then = self._add(Fork((part(then), then)))
        for _ in range(low):
            then = part(then)
        return then if low or high != 0 else self._add(Fork((then,)))

    def _count(self) -> tuple[int, int | None] | None:
        """How often the last part may come; None: once, nothing is said."""
        for symbol, count in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(symbol):
                return count
        found = self._at_count()
        if found is None:
            return None
        low = int(found[1])
        high = (int(found[3]) if found[3] else None) if found[2] else low
        if max(low, high or 0) > MAX_REPEAT or (high is not None and high < low):
            raise PatternFault(self._position, f"it repeats more often than {MAX_REPEAT} times, or less than it must")
        self._position = found.end()
        return low, high

    def _at_count(self) -> re.Match[str] | None:
        return _COUNT.match(self._text, self._position)

    def _atom(self, depth: int) -> Build:
        start, character = self._position, self._text[self._position]
        self._position += 1
        match character:
            case "(":
                return self._group(depth)
            case "[":
                return self._one_of(self._class(start))
            case "\\":
                return self._one_of(self._escaped())
            case ".":
                return self._one_of(Characters((("\0", _LAST),)))
            case "^":
                return lambda then: self._add(AtStart(then))
            case "$":
                return lambda then: self._add(AtEnd(then))
            case "*" | "+" | "?":
                raise PatternFault(start, "there is nothing to repeat")
            case "{":
                raise PatternFault(start, "a brace that is no count needs a backslash")
            case _:
                return self._one_of(Characters(((character, character),), any_case=self._any_case))

    def _group(self, depth: int) -> Build:
        start = self._position - 1
        if self._take("?") and not self._take(":"):
            raise PatternFault(start, "of the groups with a question mark only (?:…) can be used, and (?i) in front")
        inner = self._alternatives(depth + 1)
        if not self._take(")"):
            raise PatternFault(start, "this bracket is not closed")
        return inner

    def _escaped(self) -> Characters:
        """What a backslash makes of the character after it."""
        if self._position == len(self._text):
            raise PatternFault(self._position - 1, "there is nothing after the backslash")
        character = self._text[self._position]
        self._position += 1
        if ranges := _SETS.get(character.lower()):
            return Characters(ranges, negated=character.isupper())
        literal = _CONTROLS.get(character, character)
        if literal is character and (character.isalnum() or not character.isascii() or character in "_ \0"):
            raise PatternFault(self._position - 2, f"\\{character} is not among what can be used")
        return Characters(((literal, literal),), any_case=self._any_case)

    def _class(self, start: int) -> Characters:
        """Characters in square brackets."""
        negated = self._take("^")
        ranges: list[tuple[str, str]] = []
        while not (ranges and self._take("]")):
            if self._position >= len(self._text):
                raise PatternFault(start, "this bracket is not closed")
            part = self._class_part()
            following = self._text[self._position : self._position + 2]
            if _single(part) and following.startswith("-") and following not in ("-", "-]"):
                self._position += 1
                part = [self._range(part[0][0])]
            ranges.extend(part)
        return Characters(tuple(ranges), negated, self._any_case)

    def _class_part(self) -> list[tuple[str, str]]:
        character = self._text[self._position]
        self._position += 1
        if character == "\\":
            found = self._escaped()
            if found.negated:
                raise PatternFault(self._position - 2, "the opposite of a set cannot be in square brackets")
            return list(found.ranges)
        if character in "[]":
            raise PatternFault(self._position - 1, "this bracket needs a backslash here")
        return [(character, character)]

    def _range(self, low: str) -> tuple[str, str]:
        high = self._class_part()
        if not _single(high) or high[0][0] < low:
            raise PatternFault(self._position - 1, "this range ends before it starts")
        return low, high[0][0]

    def _one_of(self, characters: Characters) -> Build:
        return lambda then: self._add(Step(characters, then))

    def _add(self, state: State) -> int:
        if len(self._states) >= MAX_STATES:
            raise PatternFault(0, "it is too large: it repeats too much")
        self._states.append(state)
        return len(self._states) - 1

    def _take(self, symbol: str) -> bool:
        """Go past a symbol if it is next."""
        if not self._text.startswith(symbol, self._position):
            return False
        self._position += len(symbol)
        return True


def _single(ranges: list[tuple[str, str]]) -> bool:
    """Whether it is one character only."""
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]
