"""Envoy's response flags on an edge."""

from topology.counts import sorted_counts
from topology.draft import GraphDraft, Side
from topology.model import Counts


def enrich(draft: GraphDraft) -> None:
    """Fill `flags` of every side."""
    for side in draft.sides:
        side.flags = count_flags(side)


def count_flags(side: Side) -> Counts:
    """Requests per flag; a request with several counts at each."""
    counts: dict[str, int] = {}
    for (_, _, flags, _), requests in side.outcomes.items():
        if flags:
            for flag in flags.split(","):
                counts[flag] = counts.get(flag, 0) + requests
    return sorted_counts(counts)
