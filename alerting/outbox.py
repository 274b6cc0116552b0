"""Notifications on their way: what is owed, when it is tried again, and when it is given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from alerting.alerts.model import Alert

FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(minutes=5)
LONGEST_RETRY_AFTER = timedelta(hours=1)


class DeliveryState(StrEnum):
    """Where a notification is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    REFUSED = "refused"
    """For good: trying again would change nothing."""
    SUPERSEDED = "superseded"
    """A newer one of the same group was owed before this one could be delivered."""


@dataclass(frozen=True, slots=True)
class Notification:
    """What one channel of a receiver is to be told of a group: its alerts as they were at that moment.

    `status` is "firing" or "resolved" (all of them are over). `told_before`: the receiver heard of this group already.
    """

    id: int
    group_key: str
    group_labels: Mapping[str, str]
    receiver: str
    channel: str
    reason: str
    status: str
    created_at: datetime
    alerts: tuple[Alert, ...]
    attempts: int = 0
    told_before: bool = False


class Result(StrEnum):
    """How an attempt ended."""

    DELIVERED = "delivered"
    RETRY = "retry"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended, in words that have no secret in them. `retry_after` is what the receiver asked for."""

    result: Result
    detail: str
    retry_after: timedelta | None = None


def next_attempt(attempts: int, retry_after: timedelta | None, now: datetime, random: Random) -> datetime:
    """When to try again after so many attempts: exponential with full jitter, but not before the receiver asked for.

    (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.)
    """
    longest = min(FIRST_DELAY * float(2 ** min(max(attempts - 1, 0), 20)), LONGEST_DELAY)
    delay = longest / 2 + longest / 2 * random.random()
    if retry_after is not None:
        delay = max(delay, min(retry_after, LONGEST_RETRY_AFTER))
    return now + delay
