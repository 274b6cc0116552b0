"""Why an SLO burns, as data and in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from alerting.specification.model import Party
from meshhub.model import TimeRange


@dataclass(frozen=True, slots=True)
class Contribution:
    """One value of one facet of the requests (contributions.FACETS) since the burn began.

    `share_of_bad` is its part of the bad requests beyond the baseline, `share_of_requests` its part of all: where the
    first is much more than the second, the failures are about it.
    """

    facet: str
    value: str
    requests: int
    bad: int
    share_of_bad: float
    share_of_requests: float
    baseline_bad_share: float | None
    """None where the baseline has no requests of it."""
    first_seen: datetime

    @property
    def bad_share(self) -> float:
        return self.bad / self.requests if self.requests else 0.0


TRAFFIC = "version"
CONFIG = "config"


@dataclass(frozen=True, slots=True)
class Change:
    """Something that came just before or as the burn began: in the traffic, or configuration that was put in force."""

    time: datetime
    text: str
    kind: str = TRAFFIC


@dataclass(frozen=True, slots=True)
class Example:
    """A bad request to look at. `outcome` is its status and flags in short."""

    request_id: str
    time: datetime
    outcome: str
    duration_us: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an SLO burns. The sentences are the same wherever they are shown; `headline` stands alone."""

    headline: str
    sentences: tuple[str, ...]
    since: datetime | None
    """When it began; None where it does not burn."""
    contributions: tuple[Contribution, ...]
    """By facet, most bad requests first; not more than a few of each."""
    changes: tuple[Change, ...]
    examples: tuple[Example, ...]
    trouble: str = ""
    """What could not be found out, and why; empty where all was."""

    @property
    def text(self) -> str:
        return "\n".join((self.headline, *self.sentences))


class Blast(Protocol):
    """Who is hurt when a service fails (topology.analysis), in a sentence; empty where nothing is known."""

    def __call__(self, service: Party) -> str: ...


class AppliedConfiguration(Protocol):
    """The configuration that was put in force for a service in a window, by time."""

    def __call__(self, service: Party, window: TimeRange) -> Sequence[Change]: ...
