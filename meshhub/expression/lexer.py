"""Cuts the text of an expression into words, texts in quotes and symbols."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from meshhub.expression.faults import ExpressionFault

MAX_LENGTH = 4_000

_SYMBOL = re.compile(r"!=|!~|>=|<=|==|=~|[=<>~!(),]")
_WORD = re.compile(r"""[^\s()"'=!<>~,]+""")
_SPACE = re.compile(r"\s*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Shape(StrEnum):
    WORD = "word"
    QUOTED = "quoted"
    SYMBOL = "symbol"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text from `start` to `end`. `text` is what it says: without quotes, escapes replaced."""

    shape: Shape
    text: str
    start: int
    end: int

    def says(self, *words: str) -> bool:
        """Whether it is one of these words or symbols, in any case."""
        return self.shape in (Shape.WORD, Shape.SYMBOL) and self.text.lower() in words


def cut(text: str) -> Iterator[Token]:
    """The tokens of a text; the last is END.

    Raises:
        ExpressionFault: it is too long, no valid Unicode, or a quote is not closed.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionFault(MAX_LENGTH, f"it is longer than {MAX_LENGTH:,} characters")
    if broken := _SURROGATE.search(text):
        raise ExpressionFault(broken.start(), "this is no character")
    position = _past_space(text, 0)
    while position < len(text):
        token = _token(text, position)
        yield token
        position = _past_space(text, token.end)
    yield Token(Shape.END, "", len(text), len(text))


def _token(text: str, start: int) -> Token:
    if text[start] in "\"'":
        return _quoted(text, start)
    if found := _SYMBOL.match(text, start):
        return Token(Shape.SYMBOL, found[0], start, found.end())
    found = _WORD.match(text, start)
    assert found is not None  # noqa: S101 - what is neither a space, a quote nor a symbol is of a word
    return Token(Shape.WORD, found[0], start, found.end())


def _quoted(text: str, start: int) -> Token:
    """A text in quotes of either kind; a backslash takes the next character as it is, but \\n, \\t and \\r."""
    said: list[str] = []
    position = start + 1
    while position < len(text) and text[position] != text[start]:
        if text[position] == "\\":
            position += 1
            if position == len(text):
                break
            said.append(_ESCAPES.get(text[position], text[position]))
        else:
            said.append(text[position])
        position += 1
    if position >= len(text):
        raise ExpressionFault(start, "this quote is not closed", f"Close it with {text[start]}")
    return Token(Shape.QUOTED, "".join(said), start, position + 1)


def _past_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position
