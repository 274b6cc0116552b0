"""How the connections of an edge were secured, and between which identities."""

from meshhub.model import Reporter
from meshhub.outcome import is_unreached
from topology.counts import sorted_counts
from topology.draft import GraphDraft, Side
from topology.model import Encryption

MUTUAL = "mtls"
UNKNOWN = "unknown"


def enrich(draft: GraphDraft) -> None:
    """Fill `encryption` of every side."""
    for side in draft.sides:
        side.encryption = summarize_encryption(side)


def summarize_encryption(side: Side) -> Encryption:
    """Requests that never had a connection to the peer are of unknown security and not in the share."""
    report = side.report
    source, destination = tuple(report.source_principals), tuple(report.destination_principals)
    counts: dict[str, int] = {}
    calling = side.reporter is Reporter.CLIENT
    for (_, _, flags, security), requests in side.outcomes.items():
        known_security = UNKNOWN if flags and calling and is_unreached(flags) else security
        counts[known_security] = counts.get(known_security, 0) + requests
    known = report.requests - counts.get(UNKNOWN, 0)
    return Encryption(counts.get(MUTUAL, 0) / known if known else None, sorted_counts(counts), source, destination)
