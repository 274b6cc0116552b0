"""How much goes over an edge."""

from topology.draft import GraphDraft
from topology.model import Rates


def enrich(draft: GraphDraft) -> None:
    """Fill `rates` of every side."""
    for side in draft.sides:
        side.rates = Rates(
            side.report.requests,
            side.report.requests / draft.seconds,
            side.report.bytes_received,
            side.report.bytes_sent,
        )
