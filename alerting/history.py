"""Backtests from the store."""

from datetime import datetime, timedelta

from alerting.backtest import Backtest, backtest, longest
from alerting.evaluation.questions import Queries
from alerting.evaluation.reader import Reader, Slice
from alerting.specification.model import Slo
from alerting.windows import MINUTE, budget_start
from storage.records.slo import MinutesSeen


def past(queries: Queries, slo: Slo, length: timedelta, now: datetime) -> Backtest:
    """What an SLO would have said in the time of this length up to now.

    Raises:
        StorageError: the engine did not answer.
    """
    start = now - length
    needed = min(start - longest(slo), budget_start(slo.window, start))
    first, end = int(needed.timestamp()) // MINUTE, int(now.timestamp()) // MINUTE + 1
    counted = Reader(queries).counts(slo, Slice(MINUTE, first, end))
    window = {"step": MINUTE, "start": first * MINUTE, "end": end * MINUTE}
    seen = {row.bucket // MINUTE for row in queries.query("slo_arrivals", window, MinutesSeen)}
    minutes = {at: (total, bad) for at, (total, bad, _) in counted.items()}
    return backtest(slo, minutes, seen, start, now)
