"""Adds two reports of one side of one edge."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from storage.records.edges import ServiceEdgeReport


def added(one: ServiceEdgeReport, other: ServiceEdgeReport) -> ServiceEdgeReport:
    """The sum of two reports, under the names of the first.

    Quantiles cannot be added: the sum's are the means weighted by requests.
    """
    total = (one.requests + other.requests) or 1
    return replace(
        one,
        source_role=max(one.source_role, other.source_role),
        requests=one.requests + other.requests,
        grpc_requests=one.grpc_requests + other.grpc_requests,
        attempts=one.attempts + other.attempts,
        bytes_sent=one.bytes_sent + other.bytes_sent,
        bytes_received=one.bytes_received + other.bytes_received,
        duration_us_sum=one.duration_us_sum + other.duration_us_sum,
        latency_us=[
            (ours * one.requests + theirs * other.requests) / total
            for ours, theirs in zip(one.latency_us, other.latency_us, strict=True)
        ],
        outcomes=_outcomes(one, other),
        source_versions=_counts(one.source_versions, other.source_versions),
        destination_versions=_counts(one.destination_versions, other.destination_versions),
        source_principals=sorted({*one.source_principals, *other.source_principals}),
        destination_principals=sorted({*one.destination_principals, *other.destination_principals}),
        tls_reasons=sorted({*one.tls_reasons, *other.tls_reasons}),
        first_seen=min(one.first_seen, other.first_seen),
        last_seen=max(one.last_seen, other.last_seen),
    )


def _counts(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(one) + Counter(other))


def _outcomes(one: ServiceEdgeReport, other: ServiceEdgeReport) -> tuple[list[tuple[int, int, str, str]], list[int]]:
    counted = Counter(dict(zip(*one.outcomes, strict=True))) + Counter(dict(zip(*other.outcomes, strict=True)))
    keys = sorted(counted)
    return keys, [counted[key] for key in keys]
