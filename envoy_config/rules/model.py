"""Rules and what they find."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from envoy_config.rules.node import Node

if TYPE_CHECKING:
    from envoy_config.rules.estate import Estate


class Severity(StrEnum):
    """How bad it is, the worst first."""

    ERROR = "error"
    """Something will not arrive, or proxies refuse the configuration."""
    WARNING = "warning"
    """Something arrives in part, twice or unusable."""
    INFO = "info"
    """Good to know before it is applied."""

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Flaw:
    """A place that a rule does not like, and what it says of it."""

    node: Node
    text: str


Find = Callable[["Estate"], Iterable[Flaw]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One mistake: how it is found, why it matters and what mends it, with an example of each.

    `bad` and `good` are configuration on which the rule finds something and nothing.
    """

    code: str
    name: str
    severity: Severity
    title: str
    why: str
    fix: str
    find: Find
    bad: str
    good: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. `line` is 1-based, 0 where unknown; `subject` names the object, `path` the field in it."""

    origin: str
    line: int
    code: str
    path: str
    text: str
    subject: str
    rule: Rule

    @property
    def severity(self) -> Severity:
        return self.rule.severity
