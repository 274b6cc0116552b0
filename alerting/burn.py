"""Burn rates: how many times faster than allowed the error budget goes (Google SRE Workbook, chapter 5)."""

from dataclasses import dataclass
from enum import StrEnum

from alerting.specification.model import BurnRate, LowTraffic


@dataclass(frozen=True, slots=True)
class Counts:
    """Requests of a window that count, and the bad ones among them."""

    total: int = 0
    bad: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.total + other.total, self.bad + other.bad)

    @property
    def bad_share(self) -> float | None:
        """From 0 to 1; None without requests."""
        return self.bad / self.total if self.total else None


class Verdict(StrEnum):
    """What a pair of windows says."""

    CALM = "calm"
    BURNING = "burning"
    HELD_BACK = "held_back"
    """It would burn, but too few requests say so."""
    UNKNOWN = "unknown"
    """Nothing was measured: neither burning nor calm. What was so before stays."""


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """What one window has. `measured`: telemetry of anybody arrived within it, and all of it was read."""

    counts: Counts
    measured: bool


@dataclass(frozen=True, slots=True)
class BurnState:
    """A pair of windows judged. Rates are None where their window has no requests."""

    rate: BurnRate
    long: WindowCounts
    short: WindowCounts
    long_rate: float | None
    short_rate: float | None
    verdict: Verdict


def burn_rate(counts: Counts, budget: float) -> float | None:
    """Bad requests over those that the budget allows: 1 spends it exactly over its window. None without requests.

    Args:
        counts: of one window.
        budget: the share of requests that may be bad, over 0.
    """
    share = counts.bad_share
    # Rounded, so that a share of exactly the threshold is at it: 0.0144 / 0.001 is 14.399999999999999.
    return None if share is None else round(share / budget, 9)


def judge(rate: BurnRate, long: WindowCounts, short: WindowCounts, budget: float, low_traffic: LowTraffic) -> BurnState:
    """What a pair of windows says.

    Burning: both are at or over the threshold, and the long window has the requests and failures that are asked for.
    Unknown: nothing was measured in the short window, or the long one is not wholly read yet. A window without
    requests in a mesh that is measured is calm: nobody is hurt.
    """
    long_rate, short_rate = burn_rate(long.counts, budget), burn_rate(short.counts, budget)
    if not (long.measured and short.measured):
        verdict = Verdict.UNKNOWN
    elif any(found is None or found < rate.threshold for found in (long_rate, short_rate)):
        verdict = Verdict.CALM
    elif long.counts.total >= low_traffic.requests and long.counts.bad >= low_traffic.failures:
        verdict = Verdict.BURNING
    else:
        verdict = Verdict.HELD_BACK
    return BurnState(rate, long, short, long_rate, short_rate, verdict)
