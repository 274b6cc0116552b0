"""How sure it is that two windows differ.

Shares (errors of requests) are compared by counts, never by percentages alone: 1 failure of 3 requests says little, 100
of 300 much. The test is the two-proportion z-test with pooled variance (Fleiss, Levin, Paik: Statistical Methods for
Rates and Proportions, 3rd ed., section 3.2, with the continuity correction of Yates, which errs to the safe side) where
the expected counts allow it, and Fisher's exact test where an expected count is below 5 (Cochran's rule; Fleiss et al.,
section 3.3). Both are two-sided.

Quantiles of latency come from buckets of durations, so there are no single durations to test. The rule for them states
sizes: the number of requests slower than the old quantile is binomial if nothing changed, so the quantile's rank
deviates by sqrt(n q (1 - q)). So a quantile counts as changed only where both windows have so many requests that at
least TAIL_REQUESTS of them lie beyond it (q = 0.99 wants 1,000), it moved by a factor and by a length that are
settings, and by more than the error of the buckets.
"""

import math
from dataclasses import dataclass

Z_95 = 1.959964
SMALL_EXPECTED_COUNT = 5.0
MAX_EXACT_TERMS = 2_000
"""Terms that the exact test may add up; with more failures the z-test is good enough whatever is expected."""

TAIL_REQUESTS = 10
BUCKETS_ERROR = 0.1
"""Two quantiles, each within 5 %."""

QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}


def p_value(failed_before: int, before: int, failed_after: int, after: int) -> float | None:
    """The chance that shares at least as different come about though nothing changed, 0 to 1; None without requests.

    Raises:
        ValueError: a count is negative or more than its total.
    """
    if not 0 <= failed_before <= before or not 0 <= failed_after <= after:
        raise ValueError("could not compare shares: a count is negative or more than its total")
    if not before or not after:
        return None
    failed, total = failed_before + failed_after, before + after
    if failed in (0, total):
        return 1.0
    smallest = min(before, after) * min(failed, total - failed) / total
    if smallest < SMALL_EXPECTED_COUNT and min(failed, total - failed, before, after) <= MAX_EXACT_TERMS:
        return _exact(failed_before, before, failed, total)
    pooled = failed / total
    error = math.sqrt(pooled * (1 - pooled) * (1 / before + 1 / after))
    correction = (1 / before + 1 / after) / 2
    difference = abs(failed_before / before - failed_after / after)
    return math.erfc(max(0.0, difference - correction) / error / math.sqrt(2))


def wilson(count: int, total: int, z: float = Z_95) -> tuple[float, float]:
    """The interval that holds the true share with 95 % (z = 1.96): Wilson's score interval (JASA 22, 1927).

    Of no requests it is all from 0 to 1.
    """
    if not total:
        return 0.0, 1.0
    share, square = count / total, z * z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = z * math.sqrt(share * (1 - share) / total + square / (4 * total * total)) / (1 + square / total)
    return (0.0 if count == 0 else middle - half), (1.0 if count == total else middle + half)


def chance_of_tail(requests: int, beyond: int, share: float) -> float:
    """The chance that so many or more of the requests lie beyond a value that a share of all lies beyond (binomial)."""
    if beyond <= 0:
        return 1.0
    if requests > MAX_EXACT_TERMS:
        deviation = math.sqrt(requests * share * (1 - share))
        return math.erfc((beyond - 0.5 - requests * share) / deviation / math.sqrt(2)) / 2
    logs = (
        _log_choose(requests, count) + count * math.log(share) + (requests - count) * math.log1p(-share)
        for count in range(beyond, requests + 1)
    )
    return min(1.0, math.fsum(map(math.exp, logs)))


@dataclass(frozen=True, slots=True)
class LatencyRule:
    """When a quantile of latency has changed. `shift_us` are microseconds."""

    factor: float = 1.5
    shift_us: float = 5_000.0
    minimum_requests: int = 100

    def needed(self, quantile: str) -> int:
        """How many requests both windows need."""
        return max(self.minimum_requests, math.ceil(TAIL_REQUESTS / (1 - QUANTILES[quantile]) - 1e-9))

    def differs(
        self, quantile: str, before_us: float, requests_before: int, after_us: float, requests_after: int
    ) -> bool:
        """Whether a quantile changed, in either direction."""
        low, high = min(before_us, after_us), max(before_us, after_us)
        if high - low < self.shift_us or high < low * max(self.factor, 1 + BUCKETS_ERROR):
            return False
        return min(requests_before, requests_after) >= self.needed(quantile)


def _exact(failed_before: int, before: int, failed: int, total: int) -> float:
    """Fisher's exact test: adds up every split of the failures that is not more likely than the one seen."""
    lowest, highest = max(0, failed - (total - before)), min(before, failed)
    fixed = _log_choose(total, before)

    def log_chance(count: int) -> float:
        return _log_choose(failed, count) + _log_choose(total - failed, before - count) - fixed

    seen = log_chance(failed_before)
    chances = (log_chance(count) for count in range(lowest, highest + 1))
    return min(1.0, math.fsum(math.exp(chance) for chance in chances if chance <= seen + 1e-7))


def _log_choose(total: int, count: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(total - count + 1)
