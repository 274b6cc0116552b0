"""What a sample of access logs says of all of them, and how far off that may be."""

from collections.abc import Sequence
from math import sqrt
from statistics import stdev

from dashboard.reads.facets import Facet, FacetValue, Words
from storage.records.search import SampledCount

LEAST_MATCHING = 1_000
"""A sample with fewer matching rows says too little."""

STUDENT = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36)
"""The 0.975 quantiles of Student's t distribution for 1 to 7 degrees of freedom."""

NORMAL = 1.96


def says_enough(counts: Sequence[SampledCount]) -> bool:
    """Whether the sample of one field has enough rows that match."""
    return bool(counts) and sum(counts[0].matched) >= LEAST_MATCHING


def matching(counts: Sequence[SampledCount], rows: int) -> int:
    """How many of all rows match, by the sample."""
    return round(rows * sum(counts[0].matched) / sum(counts[0].looked))


def estimate(field: str, counts: Sequence[SampledCount], rows: int, words: Words) -> Facet:
    """A field's values among all rows.

    Args:
        field: its name.
        counts: its most frequent values in the sample, the most frequent first; at least one.
        rows: how many rows there are, of which the sample is a part; exact.
        words: what a value of a field means.
    """
    looked = sum(counts[0].looked)
    values = tuple(
        FacetValue(one.value, round(rows * sum(one.counted) / looked), words(field, one.value), margin(one, rows))
        for one in counts
    )
    other = matching(counts, rows) - sum(value.requests for value in values)
    return Facet(field, values, max(0, other), counts[0].distinct, looked / rows)


def margin(count: SampledCount, rows: int) -> int:
    """How far the estimate of a value may be off, at 95 %: the larger of what the groups of the sample differ by, and
    of what as many independent rows would.
    """
    looked, counted = sum(count.looked), sum(count.counted)
    left = sqrt(max(0.0, 1 - looked / rows))
    shares = [some / all_ for some, all_ in zip(count.counted, count.looked, strict=True) if all_]
    between = STUDENT[len(shares) - 2] * stdev(shares) / sqrt(len(shares)) if len(shares) > 1 else 0.0
    within = NORMAL * sqrt((counted + 1) * (1 - counted / (looked + 1))) / looked
    return round(rows * left * max(between, within))
