"""How the values of a field are spread."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value, how many requests have it, and what it means where it is a code of Envoy; "" is no value."""

    value: str
    requests: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """The most frequent values of a field, most frequent first."""

    field: str
    values: tuple[FacetValue, ...]
    other: int
    """Requests with a value that is not listed."""
    distinct: int
    """How many values there are in all."""
