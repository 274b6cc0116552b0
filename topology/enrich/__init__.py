"""The chain of enrichers: each fills one part of what an edge says, from the reports of the draft."""

from collections.abc import Callable

from topology.draft import GraphDraft
from topology.enrich import encryption, errors, flags, latency, rates, retries

Enricher = Callable[[GraphDraft], None]

CHAIN: tuple[Enricher, ...] = (
    rates.enrich,
    errors.enrich,
    latency.enrich,
    flags.enrich,
    encryption.enrich,
    retries.enrich,
)
"""In order. The first ones need reports only; one that judges (health) comes after all that it judges by."""


def enrich(draft: GraphDraft) -> None:
    """Run the chain."""
    for enricher in CHAIN:
        enricher(draft)
