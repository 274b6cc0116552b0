"""Quantiles of durations that were counted by their two leading decimal digits (table request_minutes)."""

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate

from topology.model import Latency

EXACT_BELOW = 100
PER_POWER_OF_TEN = 90

Buckets = Mapping[int, int]
"""Requests by bucket (SQL function meshhub_duration_bucket)."""


def bucket_start(bucket: int) -> int:
    """The lowest duration of a bucket, in microseconds (SQL function meshhub_duration_bucket_start)."""
    if bucket < EXACT_BELOW:
        return bucket
    digits, power = 10 + (bucket - 10) % PER_POWER_OF_TEN, (bucket - 10) // PER_POWER_OF_TEN
    return digits * int(10**power)


def quantiles(buckets: Buckets, shares: Sequence[float]) -> tuple[float, ...]:
    """The durations, in microseconds, within which these shares of the requests ended.

    Each is the middle of the bucket that holds the request of that rank: at most 5 % off, whatever the bucket's
    requests took. (A place between the bounds by rank would be nearer on average, and up to 10 % off.)

    Args:
        buckets: at least one request.
        shares: each above 0 and at most 1.

    Raises:
        ValueError: there are no requests.
    """
    counted = sorted((bucket, requests) for bucket, requests in buckets.items() if requests > 0)
    if not counted:
        raise ValueError("could not take quantiles: there are no requests")
    reached = list(accumulate(requests for _, requests in counted))
    return tuple(_middle(counted[_place(reached, share)][0]) for share in shares)


def latency(buckets: Buckets, duration_us_sum: int) -> Latency | None:
    """The usual quantiles and the exact mean; None where no request has a duration."""
    requests = sum(buckets.values())
    if not requests or not duration_us_sum:
        return None
    p50, p90, p95, p99 = quantiles(buckets, (0.5, 0.9, 0.95, 0.99))
    return Latency(p50, p90, p95, p99, duration_us_sum / requests)


def _place(reached: Sequence[int], share: float) -> int:
    rank = max(1, math.ceil(share * reached[-1] - 1e-9))
    return next(index for index, total in enumerate(reached) if total >= rank)


def _middle(bucket: int) -> float:
    start = bucket_start(bucket)
    return float(start) if bucket < EXACT_BELOW else (start + bucket_start(bucket + 1)) / 2
