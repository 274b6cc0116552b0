"""Windows of time in whole steps: where a rolling window and a period of the calendar begin."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from alerting.specification.model import Calendar, Period, Rolling

FINE, MINUTE, HOUR = 5, 60, 3600
"""The steps, in seconds, in which requests are counted."""

FINE_BELOW = timedelta(minutes=5)
MINUTES_UP_TO = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Span:
    """Whole steps [first, last], by their number since 1970; `last` is the one that is going on."""

    step: int
    first: int
    last: int


def step_of(length: timedelta) -> int:
    """The step that a window of this length is counted in, so that it has at least five: its length is never
    understated, and overstated by less than one step."""
    if length < FINE_BELOW:
        return FINE
    return MINUTE if length <= MINUTES_UP_TO else HOUR


def rolling(length: timedelta, now: float) -> Span:
    """The steps of a window of this length that ends now (Unix seconds): it begins with the step that began this long
    before the one that is going on."""
    step = step_of(length)
    last = int(now // step)
    return Span(step, last - -(-int(length.total_seconds()) // step), last)


def budget_start(window: Rolling | Calendar, now: datetime) -> datetime:
    """When the budget in force now began, in UTC."""
    if isinstance(window, Rolling):
        return now - window.length
    return _start(window, now).astimezone(UTC)


def budget_end(window: Rolling | Calendar, now: datetime) -> datetime | None:
    """When the budget in force now ends, in UTC; a rolling one never does."""
    return None if isinstance(window, Rolling) else _end(window, now)


def budget_length(window: Rolling | Calendar, now: datetime) -> timedelta:
    """How long the budget in force now has to last."""
    if isinstance(window, Rolling):
        return window.length
    return _end(window, now) - budget_start(window, now)


def _start(window: Calendar, now: datetime) -> datetime:
    """In the calendar's own zone: adding days to it keeps the hour of the day, also over a change of the clocks."""
    midnight = now.astimezone(ZoneInfo(window.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    if window.period is Period.WEEK:
        return midnight - timedelta(days=midnight.weekday())
    return midnight.replace(day=1) if window.period is Period.MONTH else midnight


def _end(window: Calendar, now: datetime) -> datetime:
    start = _start(window, now)
    if window.period is Period.DAY:
        end = start + timedelta(days=1)
    elif window.period is Period.WEEK:
        end = start + timedelta(days=7)
    else:
        end = (start + timedelta(days=32)).replace(day=1)
    return end.astimezone(UTC)
