"""Turns stored steps into the course of calls: steps of round lengths, none missing where a side is measured."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from meshhub.model import Reporter, TimeRange
from meshhub.outcome import Outcome, classify
from storage.records.series import SeriesStep
from topology.counts import sorted_counts
from topology.series import CallSeries, Step

MAX_STEPS = 120
LENGTHS = (10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
"""Lengths of a step in seconds; each is a multiple of an interval that is stored."""

STORED = (3600, 1800, 600, 300, 60, 10)
QUANTILES = ("p50", "p90", "p95", "p99")


def step_of(window: TimeRange) -> int:
    """The shortest length of a step, in seconds, that a window has at most MAX_STEPS of."""
    return next((length for length in LENGTHS if window.seconds / length <= MAX_STEPS), LENGTHS[-1])


def interval_of(step: int) -> int:
    """The longest stored interval that a step is a multiple of."""
    return next(interval for interval in STORED if step % interval == 0)


def bounds_of(window: TimeRange, step: int) -> tuple[int, int]:
    """The window from the start of its first step to the end of its last, in Unix seconds."""
    start, end = window.start.timestamp(), window.end.timestamp()
    return int(start // step) * step, int(-(-end // step)) * step


def call_series(window: TimeRange, step: int, rows: Iterable[SeriesStep], sides: Sequence[Reporter]) -> CallSeries:
    """The course of calls from what is stored; `sides` are measured, whether or not they have rows."""
    start, end = bounds_of(window, step)
    views: dict[Reporter, dict[int, SeriesStep]] = {side: {} for side in sides}
    for row in rows:
        side = Reporter.SERVER if row.reporter == Reporter.SERVER else Reporter.CLIENT
        if side in views:
            views[side][row.start] = row

    def course(side: Reporter) -> tuple[Step, ...] | None:
        if side not in views:
            return None
        return tuple(_step(time, views[side].get(time)) for time in range(start, end, step))

    covered = TimeRange(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
    return CallSeries(covered, step, course(Reporter.CLIENT), course(Reporter.SERVER))


def _step(time: int, row: SeriesStep | None) -> Step:
    at = datetime.fromtimestamp(time, UTC)
    if row is None or not row.requests:
        return Step(at, 0, {}, {})
    errors: dict[str, int] = {}
    for (code, status, flags, tcp), requests in zip(*row.outcomes, strict=True):
        outcome = classify(code, status, flags, tcp=bool(tcp))
        if outcome is not Outcome.OK:
            errors[outcome.value] = errors.get(outcome.value, 0) + requests
    latency = dict(zip(QUANTILES, row.latency_us, strict=True)) if row.duration_us_sum else {}
    return Step(at, row.requests, sorted_counts(errors), latency)
