"""How sure it is that one set of requests is slower than another."""

import math

from topology.durations import Buckets


def chance_of_slowness(buckets: Buckets, other: Buckets) -> float:
    """The probability that one set is slower than the other by at least this much if both are alike.

    One-sided Mann-Whitney test on durations counted in ordered buckets, ties corrected; no shape is assumed. 1 where
    either set is empty, or all durations fall into one bucket.
    """
    requests, others = sum(buckets.values()), sum(other.values())
    total = requests + others
    if not requests or not others:
        return 1.0
    wins = ties = 0.0
    below = 0
    for bucket in sorted({*buckets, *other}):
        ours, theirs = buckets.get(bucket, 0), other.get(bucket, 0)
        wins += ours * (below + theirs / 2)
        below += theirs
        tied = ours + theirs
        ties += tied**3 - tied
    variance = requests * others / 12 * (total + 1 - ties / (total * max(total - 1, 1)))
    if variance <= 0:
        return 1.0
    return math.erfc((wins - requests * others / 2) / math.sqrt(2 * variance)) / 2
