"""How often the requests of an edge were tried again."""

from topology.draft import GraphDraft
from topology.model import Retries


def enrich(draft: GraphDraft) -> None:
    """Fill `retries` of every side. Only a caller's proxy retries; at the callee's every attempt is a request."""
    for side in draft.sides:
        amplification = side.report.attempts / side.report.requests if side.report.requests else None
        side.retries = Retries(side.report.attempts, side.report.attempts - side.report.requests, amplification)
