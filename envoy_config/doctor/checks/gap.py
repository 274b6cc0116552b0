"""Requests that proxies counted and whose access logs the hub never received.

Envoy's counter of dropped logs is not the whole truth: what was on the way when a hub went is lost and not counted.
"""

from collections.abc import Iterator

from envoy_config.doctor.case import Case
from envoy_config.doctor.grouping import by_workload, listed, names, who
from envoy_config.doctor.model import Cure, Diagnosis, SignalState, Standing, Telemetry
from meshhub.quantities import plural, share
from traces.finders.model import Severity

LEAST_SHARE = 0.05
LEAST_REQUESTS = 20
UNSETTLED_SECONDS = 10.0
"""Requests of so many seconds may be counted and not yet logged: what runs, and what waits to be flushed."""


def check(case: Case) -> Iterator[Diagnosis]:
    """One diagnosis per workload."""
    for workload, members in by_workload(case.standings, _has_gap):
        counted = sum(each.requests_counted or 0 for each in members)
        received = sum(each.request_logs_received or 0 for each in members)
        yield Diagnosis(
            "access-logs-lost",
            Severity.WARNING,
            workload,
            Telemetry.ACCESS_LOGS,
            f"{share(1 - received / counted)} of {who(workload)}'s access logs did not arrive",
            f"{listed(members)} counted {plural(counted, 'request')} between their first and last stats of the window; "
            "the hub "
            f"received {plural(received, 'access log')} of that time.",
            Cure(
                "If its access log has a filter, that is what it does: rates and SLOs of it are then of the part that "
                "passes. "
                "Else the logs were lost on the way: see what it drops, and whether the hub was away.",
                "meshhub wire check",
            ),
            names(members),
            {"counted": counted, "received": received},
        )


def _has_gap(standing: Standing) -> bool:
    counted, received = standing.requests_counted, standing.request_logs_received
    if not counted or received is None or standing.counted_seconds < 6 * UNSETTLED_SECONDS:
        return False
    if standing.signals[Telemetry.ACCESS_LOGS].state is not SignalState.REPORTING:
        return False  # told as missing
    missing = counted - received
    unsettled = counted * UNSETTLED_SECONDS / standing.counted_seconds
    return missing > max(LEAST_REQUESTS, counted * LEAST_SHARE, unsettled)
