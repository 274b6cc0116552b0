"""How long the requests of an edge took."""

from topology.draft import GraphDraft
from topology.model import Latency


def enrich(draft: GraphDraft) -> None:
    """Fill `latency` of every side; None where no request has a duration."""
    for side in draft.sides:
        if side.report.duration_us_sum and side.report.requests:
            p50, p90, p95, p99 = side.report.latency_us
            side.latency = Latency(p50, p90, p95, p99, side.report.duration_us_sum / side.report.requests)
        else:
            side.latency = None
