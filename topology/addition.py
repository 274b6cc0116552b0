"""Adds up the reports of one side of one edge."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from storage.records.edges import ServiceEdgeReport


def added(reports: Sequence[ServiceEdgeReport]) -> ServiceEdgeReport:
    """The sum of one or more reports, under the names of the first, in time proportional to what they say.

    Quantiles cannot be added: the sum's are the means weighted by requests.
    """
    first = reports[0]
    if len(reports) == 1:
        return first
    return replace(
        first,
        source_role=max(report.source_role for report in reports),
        requests=sum(report.requests for report in reports),
        grpc_requests=sum(report.grpc_requests for report in reports),
        attempts=sum(report.attempts for report in reports),
        bytes_sent=sum(report.bytes_sent for report in reports),
        bytes_received=sum(report.bytes_received for report in reports),
        duration_us_sum=sum(report.duration_us_sum for report in reports),
        latency_us=_latency(reports),
        outcomes=_outcomes(reports),
        source_versions=_counts(report.source_versions for report in reports),
        destination_versions=_counts(report.destination_versions for report in reports),
        source_workloads=_counts(report.source_workloads for report in reports),
        destination_workloads=_counts(report.destination_workloads for report in reports),
        source_principals=_union(report.source_principals for report in reports),
        destination_principals=_union(report.destination_principals for report in reports),
        tls_reasons=_union(report.tls_reasons for report in reports),
        first_seen=min(report.first_seen for report in reports),
        last_seen=max(report.last_seen for report in reports),
    )


def _latency(reports: Sequence[ServiceEdgeReport]) -> list[float]:
    total = sum(report.requests for report in reports) or 1
    weighted = ([quantile * report.requests for quantile in report.latency_us] for report in reports)
    return [sum(quantiles) / total for quantiles in zip(*weighted, strict=True)]


def _counts(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(+total)


def _union(names: Iterable[Sequence[str]]) -> list[str]:
    return sorted(set().union(*names))


def _outcomes(reports: Sequence[ServiceEdgeReport]) -> tuple[list[tuple[int, int, str, str]], list[int]]:
    counted: Counter[tuple[int, int, str, str]] = Counter()
    for report in reports:
        counted.update(dict(zip(*report.outcomes, strict=True)))
    keys = sorted(key for key, requests in counted.items() if requests > 0)
    return keys, [counted[key] for key in keys]
