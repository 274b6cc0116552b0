"""Judges every SLO of a book at one moment."""

from datetime import UTC, datetime

from alerting.budget import Coverage, budget_of, exhaustion
from alerting.burn import BurnState, Counts, judge
from alerting.evaluation.book import Book
from alerting.evaluation.state import SloState
from alerting.specification.model import Slo
from alerting.windows import HOUR, Span, budget_start, rolling

MINUTES_PER_HOUR = 60


def evaluate(book: Book, now: datetime) -> dict[str, SloState]:
    """How every SLO of the book stands, by name. `now` is UTC."""
    return {slo.name: _state(book, number, slo, now) for number, slo in enumerate(book.slos)}


def _state(book: Book, number: int, slo: Slo, now: datetime) -> SloState:
    moment = now.timestamp()
    burns = tuple(
        judge(
            rate,
            book.window(number, rolling(rate.long, moment)),
            book.window(number, rolling(rate.short, moment)),
            slo.budget,
            slo.low_traffic,
        )
        for rate in slo.burn_rates
    )
    span = budget_span(slo, now)
    counts = Counts(*book.tracks[number].rings[HOUR].sum(span.first, span.last))
    budget = budget_of(slo.window, slo.budget, counts, now)
    return SloState(
        slo=slo,
        burns=burns,
        budget=budget,
        coverage=coverage(book, number, span, now),
        exhausted_in=exhaustion(budget, _fastest(burns), now),
        complete=HOUR in book.read and book.read[HOUR] <= span.first,
    )


def budget_span(slo: Slo, now: datetime) -> Span:
    """The hours of the budget that is in force now."""
    return Span(HOUR, int(budget_start(slo.window, now).timestamp() // HOUR), int(now.timestamp() // HOUR))


def coverage(book: Book, number: int, span: Span, now: datetime) -> Coverage:
    """What was measured of the minutes of these hours that are over.

    The minute that is going on is left out of the time, though it may count where it has requests already.
    """
    minutes = int((now.astimezone(UTC).timestamp() - span.first * HOUR) // MINUTES_PER_HOUR)
    busy = min(book.tracks[number].busy.sum(span.first, span.last)[0], minutes)
    arrived = min(book.arrivals.busy.sum(span.first, span.last)[0], minutes)
    present = min(book.heartbeats.busy.sum(span.first, span.last)[0], minutes)
    idle = max(arrived - busy, 0)
    silent = max(present - max(arrived, busy), 0)
    return Coverage(busy, idle, silent, max(minutes - busy - idle - silent, 0))


def _fastest(burns: tuple[BurnState, ...]) -> float | None:
    """The rate to reckon with: that of the first pair that burns, else that of the first pair with requests."""
    rates = [burn.long_rate for burn in burns if burn.long_rate is not None]
    burning = [burn.long_rate for burn in burns if burn.verdict == "burning" and burn.long_rate is not None]
    return next(iter(burning or rates), None)
