"""Counted things in the order in which the graph shows them."""

from topology.model import Counts


def sorted_counts(counts: Counts) -> Counts:
    """Most requests first, then by name."""
    if len(counts) < 2:
        return counts
    return {name: -requests for requests, name in sorted([(-requests, name) for name, requests in counts.items()])}
