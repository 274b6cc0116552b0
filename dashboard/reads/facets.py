"""How the values of a field are spread."""

from collections.abc import Callable
from dataclasses import dataclass

Words = Callable[[str, str], str]
"""What a value of a field means, by field and value."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value, how many requests have it, and what it means where it is a code of Envoy; "" is no value.

    `margin`: of a sample, `requests` is off by no more than this in 95 of 100 cases; 0 where they were counted.
    """

    value: str
    requests: int
    words: str = ""
    margin: int = 0


@dataclass(frozen=True, slots=True)
class Facet:
    """The most frequent values of a field, most frequent first."""

    field: str
    values: tuple[FacetValue, ...]
    other: int
    """Requests with a value that is not listed."""
    distinct: int
    """How many values there are in all; of a sample, at least."""
    sample: float | None = None
    """The share of the rows of the window that were looked at; None where all were."""
