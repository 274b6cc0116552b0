"""Label matchers, as Alertmanager writes them: `service="checkout"`, `severity=~"page|ticket"`, `team!=""`.

Values are matched whole, regular expressions (meshhub.expression.pattern) in linear time. A label that is not there has
the empty value. The reference is prometheus/alertmanager, docs "Alertmanager configuration", matcher.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from meshhub.errors import UnusableRequest
from meshhub.expression.pattern import PatternFault, compile_pattern

MAX_MATCHERS = 50
MAX_LENGTH = 1_000

_MATCHER = re.compile(
    r"""\s*(?P<name>[A-Za-z_][A-Za-z0-9_.]*)\s*(?P<operator>=~|!~|!=|=)\s*(?P<value>.*?)\s*""", re.DOTALL
)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


class UnreadableMatcher(UnusableRequest):
    """A matcher that cannot be read. The message has the matcher and what it takes."""


@dataclass(frozen=True, slots=True, order=True)
class Matcher:
    """One condition on one label."""

    name: str
    operator: str
    value: str

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether these labels meet it."""
        found = labels.get(self.name, "")
        if self.operator in ("=", "!="):
            return (found == self.value) == (self.operator == "=")
        return compile_pattern(_whole(self.value)).search(found) == (self.operator == "=~")

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'{self.name}{self.operator}"{escaped}"'


def matches_all(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether the labels meet every matcher; no matchers are met by all."""
    return all(matcher.matches(labels) for matcher in matchers)


def parse_matcher(text: str) -> Matcher:
    """Read one matcher; quotes around the value may be left out.

    Raises:
        UnreadableMatcher: it is no matcher, or its regular expression is none.
    """
    found = _MATCHER.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if found is None:
        raise UnreadableMatcher(
            f'could not read the matcher {text[:80]!r}: it takes name="value", with =, !=, =~ or !~'
        )
    return make_matcher(found["name"], found["operator"], _unquoted(found["value"], text))


def make_matcher(name: str, operator: str, value: str) -> Matcher:
    """A matcher of its parts.

    Raises:
        UnreadableMatcher: the value is too long, or its regular expression cannot be used.
    """
    if len(value) > MAX_LENGTH:
        raise UnreadableMatcher(f"could not use the matcher on {name}: its value has more than {MAX_LENGTH} characters")
    if operator in ("=~", "!~"):
        try:
            compile_pattern(value)  # by itself first: faults are at places of what was written
            compile_pattern(_whole(value))
        except PatternFault as fault:
            raise UnreadableMatcher(f"could not read the pattern {value!r}: {fault.reason}") from fault
    return Matcher(name, operator, value)


def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """Read `{a="b", c=~"d"}`, with or without the braces.

    Raises:
        UnreadableMatcher: one of them cannot be read, or there are more than fifty.
    """
    inner = text.strip()
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1]
    parts = [part for part in _split(inner) if part.strip()]
    if len(parts) > MAX_MATCHERS:
        raise UnreadableMatcher(f"could not use {len(parts)} matchers: at most {MAX_MATCHERS} fit together")
    return tuple(parse_matcher(part) for part in parts)


def _split(text: str) -> list[str]:
    """At commas outside quotes."""
    masked = _QUOTED.sub(lambda quoted: "x" * len(quoted[0]), text)
    cuts = [-1, *(index for index, character in enumerate(masked) if character == ","), len(text)]
    return [text[start + 1 : end] for start, end in pairwise(cuts)]


def _unquoted(value: str, text: str) -> str:
    if not value.startswith('"'):
        if '"' in value:
            raise UnreadableMatcher(f"could not read the matcher {text[:80]!r}: a quote within a value without quotes")
        return value
    if not _QUOTED.fullmatch(value):
        raise UnreadableMatcher(f"could not read the matcher {text[:80]!r}: its value has no end")
    return re.sub(r"\\(.)", lambda escaped: "\n" if escaped[1] == "n" else escaped[1], value[1:-1], flags=re.DOTALL)


def _whole(pattern: str) -> str:
    flag = "(?i)" if pattern.startswith("(?i)") else ""
    return f"{flag}^({pattern.removeprefix(flag)})$"
