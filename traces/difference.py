"""What requests of a selection (slow ones, failed ones) have that the rest has not, attribute by attribute."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import erfc, sqrt

from storage.records.search import AttributeCount

SIGNIFICANT = 0.05
MAX_DIFFERENCES = 50


@dataclass(frozen=True, slots=True)
class AttributeDifference:
    """A value of an attribute that is more, or less, frequent in the selection than in the rest."""

    key: str
    """A field of the language of filters, or the key of an attribute."""
    value: str
    selected: int
    """Requests of the selection that have it."""
    rest: int
    """Requests of the rest that have it."""
    selected_share: float
    rest_share: float
    lift: float | None
    """How many times as frequent it is in the selection; None where the rest never has it."""
    p_value: float
    """How likely a difference so large is by chance, corrected for the number of values that were compared."""

    @property
    def significant(self) -> bool:
        return self.p_value < SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Contrast:
    """What differs, the largest difference first; `selected` and `rest` count the requests that were compared."""

    selected: int
    rest: int
    attributes: tuple[AttributeDifference, ...]
    sampled: bool
    """There were more requests than were compared."""


def compare(counts: Iterable[AttributeCount], selected: int, rest: int, *, sampled: bool) -> Contrast:
    """What differs between `selected` requests and `rest` others, by how many of each have a value."""
    listed = list(counts)
    if not selected or not rest:
        return Contrast(selected, rest, (), sampled)
    compared = [_compare(count, selected, rest) for count in listed]
    compared = [one for one in compared if one.selected_share != one.rest_share]
    compared.sort(key=lambda one: (not one.significant, -abs(one.selected_share - one.rest_share), one.key, one.value))
    return Contrast(selected, rest, tuple(compared[:MAX_DIFFERENCES]), sampled)


def _compare(count: AttributeCount, selected: int, rest: int) -> AttributeDifference:
    selected_share, rest_share = count.selected / selected, count.rest / rest
    return AttributeDifference(
        count.key,
        count.value,
        count.selected,
        count.rest,
        selected_share,
        rest_share,
        selected_share / rest_share if rest_share else None,
        min(1.0, count.compared * _chance(count.selected, selected, count.rest, rest)),
    )


def _chance(some: int, of_some: int, others: int, of_others: int) -> float:
    """Two-sided p-value of the difference of two shares (z-test with pooled variance)."""
    pooled = (some + others) / (of_some + of_others)
    deviation = sqrt(pooled * (1 - pooled) * (1 / of_some + 1 / of_others))
    if not deviation:
        return 1.0
    return erfc(abs(some / of_some - others / of_others) / deviation / sqrt(2))
