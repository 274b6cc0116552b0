"""What is left of a side's report when some of its requests are known to be on other edges."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from meshhub.model import Reporter
from meshhub.outcome import is_unreached
from topology.draft import OutcomeKey, Side


def rest_of(side: Side, taken: int, others: Iterable[Side]) -> Side | None:
    """The side without `taken` of its requests, which these others have; None where nothing is left.

    Of outcomes those are taken first that the others have too. What is only known as a sum (bytes, further attempts)
    is taken by share. Durations of the rest are not known: quantiles cannot be subtracted.
    """
    report = side.report
    left = report.requests - taken
    if left <= 0:
        return None
    outcomes = _outcomes_left(side, taken, others)
    share = left / report.requests
    rest = replace(
        report,
        requests=left,
        grpc_requests=round(report.grpc_requests * share),
        attempts=left + round((report.attempts - report.requests) * share),
        bytes_sent=round(report.bytes_sent * share),
        bytes_received=round(report.bytes_received * share),
        duration_us_sum=0,
        outcomes=(list(outcomes), list(outcomes.values())),
        source_versions=_shared(report.source_versions, share),
        destination_versions=_shared(report.destination_versions, share),
        source_workloads=_shared(report.source_workloads, share),
        destination_workloads=_shared(report.destination_workloads, share),
    )
    return Side(rest, side.reporter, side.tcp, outcomes)


def _outcomes_left(side: Side, taken: int, others: Iterable[Side]) -> dict[OutcomeKey, int]:
    told: Counter[tuple[int, int]] = Counter()
    for other in others:
        for (code, status, _, _), requests in other.outcomes.items():
            told[code, status] += requests
    left = dict(side.outcomes)
    reached = [key for key in left if side.reporter is Reporter.SERVER or not is_unreached(key[2])]
    most_first = sorted(reached, key=lambda key: (-left[key], key))
    for key in most_first:
        alike = min(left[key], told[key[:2]], taken)
        left[key] -= alike
        told[key[:2]] -= alike
        taken -= alike
    for key in most_first:
        unlike = min(left[key], taken)
        left[key] -= unlike
        taken -= unlike
    return {key: requests for key, requests in left.items() if requests}


def _shared(requests: Mapping[str, int], share: float) -> dict[str, int]:
    shared = {name: round(count * share) for name, count in requests.items()}
    return {name: count for name, count in shared.items() if count}
