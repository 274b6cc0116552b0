"""Since when it burns, and what came then."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from alerting.reason.model import Change, Contribution
from alerting.windows import MINUTE
from meshhub.model import TimeRange

CALM_MINUTES = 5
"""A burn has not begun before so many minutes within the budget, one after the other."""

BEFORE = timedelta(minutes=15)
AFTER = timedelta(minutes=3)
"""What is first seen in this time around the beginning may have to do with it."""

MAX_CHANGES = 5

_WORDS = {
    "version": "version {value} was first seen",
    "caller": "{value} began to call",
    "dependency": "calls to {value} began",
    "route": "route {value} was first used",
}


def burning_since(minutes: Mapping[int, tuple[int, int]], budget: float, now: float) -> datetime | None:
    """When the burn that goes on now began: the first minute over the budget after the last calm time.

    Args:
        minutes: requests and bad ones per minute (number since 1970).
        budget: the share of requests that may be bad.
        now: Unix seconds.

    Returns:
        None where the last minutes are within the budget.
    """
    began, calm = None, 0
    for minute in range(int(now // MINUTE), min(minutes, default=0) - 1, -1):
        total, bad = minutes.get(minute, (0, 0))
        if total and bad / total > budget:
            began, calm = minute, 0
        else:
            calm += 1
        if calm >= CALM_MINUTES:
            break
    return None if began is None else datetime.fromtimestamp(began * MINUTE, UTC)


def changes(found: Sequence[Contribution], since: datetime, applied: Sequence[Change] = ()) -> tuple[Change, ...]:
    """What was first seen around the beginning, by time. What was there in the first minutes of all there is to look at
    is not new.

    Args:
        found: the contributions.
        since: the beginning.
        applied: the configuration that was put in force around it. It is never left out for what traffic shows.
    """
    known_from = min((each.first_seen for each in found), default=since)
    made = {
        Change(each.first_seen, _WORDS[each.facet].format(value=each.value))
        for each in found
        if each.facet in _WORDS
        and since - BEFORE <= each.first_seen <= since + AFTER
        and each.first_seen >= known_from + AFTER
    }
    shown = [*applied[-MAX_CHANGES:], *sorted(made, key=_order)[: max(MAX_CHANGES - len(applied), 1)]]
    return tuple(sorted(shown, key=_order))


def around(since: datetime) -> TimeRange:
    """The time in which what comes may have to do with a burn that began then."""
    return TimeRange(since - BEFORE, since + AFTER)


def _order(change: Change) -> tuple[datetime, str]:
    return change.time, change.text
