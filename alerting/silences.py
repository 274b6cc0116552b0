"""Silences: for a while nobody is told of the alerts that they match."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from alerting.matchers import Matcher, matches_all
from meshhub.errors import UnusableRequest

LONGEST = timedelta(days=366)
MAX_COMMENT = 4_000


class SilenceState(StrEnum):
    """As Alertmanager names them."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


class UnusableSilence(UnusableRequest):
    """What was asked for is no silence. The message says why."""


@dataclass(frozen=True, slots=True)
class Silence:
    """From `starts_at` until `ends_at` (UTC), what all matchers meet is silent. A maintenance window begins later."""

    id: str
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str
    updated_at: datetime

    def state(self, now: datetime) -> SilenceState:
        if now < self.starts_at:
            return SilenceState.PENDING
        return SilenceState.ACTIVE if now < self.ends_at else SilenceState.EXPIRED

    def covers(self, labels: Mapping[str, str], now: datetime) -> bool:
        """Whether it is active and matches these labels."""
        return self.state(now) is SilenceState.ACTIVE and matches_all(self.matchers, labels)


def check(silence: Silence, now: datetime) -> Silence:
    """The silence, if it can be used.

    Raises:
        UnusableSilence: it matches everything, is over already or before it begins, is longer than a year, or has no
            author.
    """
    if not any(not matcher.matches({}) for matcher in silence.matchers):
        raise UnusableSilence("could not make the silence: at least one matcher must not match the empty value")
    if silence.ends_at <= silence.starts_at or silence.ends_at <= now:
        raise UnusableSilence("could not make the silence: it ends before it begins, or in the past")
    if silence.ends_at - max(silence.starts_at, now) > LONGEST:
        raise UnusableSilence(f"could not make the silence: it is longer than {LONGEST.days} days")
    if not silence.created_by.strip():
        raise UnusableSilence("could not make the silence: it needs the name of who makes it (createdBy)")
    if len(silence.comment) > MAX_COMMENT or len(silence.created_by) > MAX_COMMENT:
        raise UnusableSilence(f"could not make the silence: a text is longer than {MAX_COMMENT} characters")
    return silence


def expire(silence: Silence, now: datetime) -> Silence:
    """The silence, over from now on."""
    if silence.state(now) is SilenceState.EXPIRED:
        return silence
    return replace(silence, starts_at=min(silence.starts_at, now), ends_at=now, updated_at=now)


def covering(silences: Iterable[Silence], labels: Mapping[str, str], now: datetime) -> tuple[str, ...]:
    """The ids of the silences that cover these labels, sorted."""
    return tuple(sorted(silence.id for silence in silences if silence.covers(labels, now)))
