"""The words of TraceQL: cuts a query into tokens."""

import re
from dataclasses import dataclass

from traces.compat.model import QueryFault

MAX_LENGTH = 8_192

_PATTERNS = (
    ("text", r'"(?:[^"\\]|\\.)*"|`[^`]*`'),
    ("duration", r"-?\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h)(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))*(?![\w.])"),
    ("number", r"-?\d+(?:\.\d+)?(?![\w.])"),
    ("sign", r"&&|\|\||=~|!~|!=|>=|<=|>>|<<|[{}()|,=<>!~&+*/^-]"),
    ("name", r'(?:[A-Za-z_]\w*)?\."(?:[^"\\]|\\.)*"|\.?[A-Za-z_@][^\s{}()|&=!<>~,"`]*'),
)
_TOKEN = re.compile(r"\s*(?:" + "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS) + ")", re.ASCII)
_SPACE = re.compile(r"\s*", re.ASCII)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True, slots=True)
class Word:
    """One token: its kind (text, sign, duration, number, name, end), what it says, and where it stands from 0.

    A text is without its quotes.
    """

    kind: str
    text: str
    position: int


class TraceQlFault(QueryFault):
    """A query of TraceQL that cannot be read or is more than this hub answers; `position` counts characters from 0."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"invalid TraceQL query: parse error at line 1, col {position + 1}: {reason}")
        self.position = position


def words_of(query: str) -> list[Word]:
    """The tokens of a query, with one of kind "end" at its end.

    Raises:
        TraceQlFault: a character starts none, or the query is too long.
    """
    if len(query) > MAX_LENGTH:
        raise TraceQlFault(MAX_LENGTH, f"the query is longer than {MAX_LENGTH} characters")
    found: list[Word] = []
    position = 0
    while match := _TOKEN.match(query, position):
        kind = match.lastgroup or ""
        text = match[kind]
        found.append(Word(kind, unquoted(text) if kind == "text" else text, match.start(kind)))
        position = match.end()
    rest = _SPACE.match(query, position)
    position = rest.end() if rest else position
    if position < len(query):
        raise TraceQlFault(position, f"unexpected {query[position]!r}")
    return [*found, Word("end", "the end", position)]


def unquoted(text: str) -> str:
    """A quoted text as what it says."""
    if text.startswith("`"):
        return text[1:-1]
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), text[1:-1])
