"""Proxies whose clocks differ from the hub's, or whose logs come late."""

from collections.abc import Iterator

from envoy_config.doctor.case import Case
from envoy_config.doctor.grouping import by_workload, listed, names, who
from envoy_config.doctor.model import Cure, Diagnosis, Telemetry
from meshhub.quantities import duration
from traces.finders.model import Severity

LATE_SECONDS = 20.0
SKEW_WARNING_SECONDS = 10.0

_CLOCK = Cure("Have the node's clock set by NTP or chrony; see what its other pods' proxies show.", "chronyc tracking")


def check(case: Case) -> Iterator[Diagnosis]:
    """One diagnosis per workload and direction."""
    for workload, members in by_workload(case.standings, lambda each: each.skew_seconds is not None):
        ahead = max(each.skew_seconds or 0 for each in members)
        yield Diagnosis(
            "clock-ahead",
            Severity.WARNING if ahead >= SKEW_WARNING_SECONDS else Severity.NOTE,
            workload,
            Telemetry.ACCESS_LOGS,
            f"The clock of {who(workload)} is {duration(ahead * 1e6)} ahead",
            f"Half of the access logs of {listed(members)} arrived at least {duration(ahead * 1e6)} before the end of "
            "their "
            "request, by the proxy's clock. Its requests stand at wrong times in graphs and journeys.",
            _CLOCK,
            names(members),
            {"ahead_seconds": ahead},
        )
    for workload, members in by_workload(case.standings, lambda each: (each.delay_seconds or 0) > LATE_SECONDS):
        late = min(each.delay_seconds or 0 for each in members)
        yield Diagnosis(
            "clock-behind",
            Severity.WARNING,
            workload,
            Telemetry.ACCESS_LOGS,
            f"The clock of {who(workload)} is behind, or its logs are late",
            f"No access log of {listed(members)} arrived sooner than {duration(late * 1e6)} after the end of its "
            "request, by the "
            "proxy's clock.",
            Cure(
                f"{_CLOCK.text} If the clock is right, something between proxy and hub holds the logs back: a "
                "collector that "
                "batches, or exports that are tried again and again.",
                _CLOCK.change,
            ),
            names(members),
            {"least_delay_seconds": late},
        )
