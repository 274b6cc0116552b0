"""Rows about spans of traces."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpanPeers:
    """How long spans of the same service, operation and kind took. `lengths_ns`: median, 95 and 99 %; 0 without any."""

    spans: int
    shorter: int
    """How many of them took less time than the span in question."""
    errors: int
    lengths_ns: list[float]
