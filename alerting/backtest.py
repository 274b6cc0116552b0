"""What an SLO would have said over the past: when it would have alerted, and how its budget went."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from alerting.burn import Counts, Verdict, WindowCounts, burn_rate, judge
from alerting.specification.model import BurnRate, Slo
from alerting.windows import FINE_BELOW, MINUTE, budget_start

MINUTES_PER_POINT = 60


@dataclass(frozen=True, slots=True)
class Episode:
    """A time in which an SLO would have alerted with one severity. `end` is None where it still would."""

    severity: str
    start: datetime
    end: datetime | None
    peak: float
    """The highest burn rate of a long window in it."""


@dataclass(frozen=True, slots=True)
class BudgetPoint:
    """The share of the budget that was left at a time (None without requests), and the hour's requests up to it.

    `measured_minutes` of that hour, or of what there is of it, are those in which anybody's requests were counted.
    """

    time: datetime
    remaining: float | None
    counts: Counts
    measured_minutes: int = MINUTES_PER_POINT


@dataclass(frozen=True, slots=True)
class Backtest:
    """The past of one SLO, from `start` to `end`. Episodes by start; points by time, one an hour."""

    slo: Slo
    start: datetime
    end: datetime
    episodes: tuple[Episode, ...]
    points: tuple[BudgetPoint, ...]
    counts: Counts
    measured_minutes: int
    notes: tuple[str, ...]

    def times(self, severity: str) -> int:
        """How often it would have alerted with this severity."""
        return sum(episode.severity == severity for episode in self.episodes)


class _Sums:
    """Requests of any run of minutes in constant time. Minutes are numbered since 1970."""

    def __init__(self, first: int, end: int, minutes: Mapping[int, tuple[int, int]], seen: Collection[int]) -> None:
        self._first = first
        span = range(first, end)
        self._total = [0, *accumulate(minutes.get(at, (0, 0))[0] for at in span)]
        self._bad = [0, *accumulate(minutes.get(at, (0, 0))[1] for at in span)]
        self._seen = [0, *accumulate(at in seen for at in span)]

    def measured(self, first: int, last: int) -> int:
        """In how many of the minutes [first, last] anybody's requests were counted."""
        start, end = max(first - self._first, 0), max(last + 1 - self._first, 0)
        return self._seen[end] - self._seen[start]

    def window(self, first: int, last: int) -> WindowCounts:
        """The minutes [first, last]; those before the first there is count nothing."""
        start, end = max(first - self._first, 0), max(last + 1 - self._first, 0)
        counts = Counts(self._total[end] - self._total[start], self._bad[end] - self._bad[start])
        return WindowCounts(counts, self.measured(first, last) > 0)


def longest(slo: Slo) -> timedelta:
    """How far before its start a backtest needs counts."""
    return max([rate.long for rate in slo.burn_rates] + [timedelta(0)])


def backtest(
    slo: Slo, minutes: Mapping[int, tuple[int, int]], seen: Collection[int], start: datetime, end: datetime
) -> Backtest:
    """Judge every minute of [start, end).

    Args:
        slo: what is tried.
        minutes: its requests and the bad ones per minute (number since 1970), from `longest` or the budget's start
            before `start`.
        seen: the minutes in which anybody's requests were counted.
        start: the first minute that is judged, in UTC.
        end: the end.
    """
    first, last = int(start.timestamp()) // MINUTE, -(-int(end.timestamp()) // MINUTE)
    oldest = min([*minutes, first, first - int(longest(slo).total_seconds()) // MINUTE])
    sums = _Sums(oldest, last, minutes, seen)
    total = sums.window(first, last - 1).counts
    notes = []
    if any(min(rate.long, rate.short) < FINE_BELOW for rate in slo.burn_rates):
        notes.append("windows below 5 minutes are tried with whole minutes: the past is kept in no smaller steps")
    return Backtest(
        slo=slo,
        start=_time(first),
        end=_time(last),
        episodes=_episodes(slo, sums, first, last),
        points=_points(slo, sums, first, last),
        counts=total,
        measured_minutes=sum(first <= minute < last for minute in seen),
        notes=tuple(notes),
    )


def _episodes(slo: Slo, sums: _Sums, first: int, last: int) -> tuple[Episode, ...]:
    by_severity: dict[str, list[list[tuple[int, int, float]]]] = {}
    for rate in slo.burn_rates:
        by_severity.setdefault(rate.severity, []).append(_runs(slo, rate, sums, first, last))
    found = [
        Episode(severity, _time(start), None if end >= last else _time(end), peak)
        for severity, lists in by_severity.items()
        for start, end, peak in _merged([run for runs in lists for run in runs])
    ]
    return tuple(sorted(found, key=lambda episode: (episode.start, episode.severity)))


def _runs(slo: Slo, rate: BurnRate, sums: _Sums, first: int, last: int) -> list[tuple[int, int, float]]:
    """The runs of minutes [start, end) in which one pair would have alerted, and the peak of its long window."""
    long, short = (max(-(-int(part.total_seconds()) // MINUTE), 1) for part in (rate.long, rate.short))
    after = int(rate.after.total_seconds()) // MINUTE
    runs: list[tuple[int, int, float]] = []
    since, peak = None, 0.0
    for minute in range(first, last):
        state = judge(
            rate,
            sums.window(minute - long, minute),
            sums.window(minute - short, minute),
            slo.budget,
            slo.low_traffic,
        )
        if state.verdict is Verdict.BURNING:
            since = minute if since is None else since
            peak = max(peak, state.long_rate or 0.0)
        elif state.verdict is not Verdict.UNKNOWN and since is not None:
            if minute - since > after:
                runs.append((since + after, minute, peak))
            since, peak = None, 0.0
    if since is not None and last - since > after:
        runs.append((since + after, last, peak))
    return runs


def _merged(runs: Sequence[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Runs that touch become one: two pairs of one severity are one alert."""
    merged: list[tuple[int, int, float]] = []
    for start, end, peak in sorted(runs):
        if merged and start <= merged[-1][1]:
            before = merged.pop()
            merged.append((before[0], max(before[1], end), max(before[2], peak)))
        else:
            merged.append((start, end, peak))
    return merged


def _points(slo: Slo, sums: _Sums, first: int, last: int) -> tuple[BudgetPoint, ...]:
    points = []
    for end in [*range(first + MINUTES_PER_POINT, last, MINUTES_PER_POINT), last]:
        minute = end - 1
        begun = int(budget_start(slo.window, _time(minute)).timestamp()) // MINUTE
        spent = burn_rate(sums.window(begun, minute).counts, slo.budget)
        begin = max(minute - MINUTES_PER_POINT + 1, first)
        hour = sums.window(minute - MINUTES_PER_POINT + 1, minute).counts
        left = None if spent is None else round(1 - spent, 9)
        points.append(BudgetPoint(_time(end), left, hour, sums.measured(begin, minute)))
    return tuple(points)


def _time(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * MINUTE, UTC)
