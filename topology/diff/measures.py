"""The numbers that two windows are compared by."""

from collections.abc import Mapping

from topology.diff.model import Delta, LatencyChange, Measures, Proportion, ShareChange
from topology.model import EdgeView, NodeTraffic
from topology.significance import LatencyRule, p_value

CHANCE = 0.001
"""How unlikely a change of a share has to be if nothing changed: a graph has thousands of edges that may seem to."""

SMALLEST_SHIFT = 0.001
"""A tenth of a percentage point: with enough requests anything is significant."""

COMPARED = ("p50", "p95", "p99")
RULE = LatencyRule()
_NO_LATENCY: Mapping[str, LatencyChange] = {}


def compare_views(before: EdgeView, after: EdgeView) -> Measures:
    """Two views of one edge by the same side, or, if there is nothing better, by either."""
    requests, requests_after = before.rates.requests, after.rates.requests
    errors, errors_after = before.errors, after.errors
    return Measures(
        Delta(before.rates.per_second, after.rates.per_second),
        compare_shares(errors.share, requests, errors_after.share, requests_after),
        compare_shares(errors.client_error_share, requests, errors_after.client_error_share, requests_after),
        _compare_latency(before, after),
        Delta(before.encryption.mtls_share, after.encryption.mtls_share),
    )


def compare_traffic(before: NodeTraffic | None, after: NodeTraffic | None) -> Measures:
    """The traffic of a node in both windows; None where there is none."""
    rate = Delta(before.per_second if before else None, after.per_second if after else None)
    if before is None or after is None:
        return Measures(rate, None, None, _NO_LATENCY, NOTHING)
    one, other = before.requests, after.requests
    return Measures(
        rate,
        compare_shares(before.error_share, one, after.error_share, other),
        compare_shares(before.client_error_share, one, after.client_error_share, other),
        _NO_LATENCY,
        NOTHING,
    )


def one_sided(before: EdgeView | None, after: EdgeView | None) -> Measures:
    """What is known of an edge that only one window has."""
    return Measures(
        Delta(before.rates.per_second if before else None, after.rates.per_second if after else None),
        None,
        None,
        _NO_LATENCY,
        Delta(before.encryption.mtls_share if before else None, after.encryption.mtls_share if after else None),
    )


def compare_shares(
    share: float | None, requests: int, share_after: float | None, requests_after: int
) -> ShareChange | None:
    """A share of requests in both windows; None where one did not measure it."""
    if share is None or share_after is None:
        return None
    count, count_after = round(share * requests), round(share_after * requests_after)
    before, after = Proportion(count, requests), Proportion(count_after, requests_after)
    probability = p_value(count, requests, count_after, requests_after)
    shifted = abs(share_after - share) >= SMALLEST_SHIFT
    return ShareChange(before, after, probability, shifted and probability is not None and probability <= CHANCE)


NOTHING = Delta(None, None)


def _compare_latency(before: EdgeView, after: EdgeView) -> Mapping[str, LatencyChange]:
    one, other = before.latency, after.latency
    if one is None or other is None:
        return _NO_LATENCY
    requests, requests_after = before.rates.requests, after.rates.requests
    made = {}
    for name in COMPARED:
        took, took_after = getattr(one, name), getattr(other, name)
        differs = took != took_after and RULE.differs(name, took, requests, took_after, requests_after)
        made[name] = LatencyChange(took, took_after, requests, requests_after, differs)
    return made
