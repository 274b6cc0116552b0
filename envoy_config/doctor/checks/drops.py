"""What proxies throw away themselves, by their own counters."""

from collections.abc import Callable, Iterator

from envoy_config.doctor.case import Case
from envoy_config.doctor.grouping import by_workload, listed, names, who
from envoy_config.doctor.model import Cure, Diagnosis, Standing, Telemetry
from meshhub.quantities import plural
from traces.finders.model import Severity

_REACH = Cure(
    "See whether the hub refuses (its page says so), is restarting or cannot be reached; give the exporters a retry "
    "policy, as "
    "the configuration that meshhub emits has. What was dropped does not come back.",
    "meshhub wire emit",
)


def check(case: Case) -> Iterator[Diagnosis]:
    """One diagnosis per workload and signal; one per workload that cannot connect to the hub."""
    yield from _drops(case, "logs-dropped", Severity.CRITICAL, Telemetry.ACCESS_LOGS, lambda each: each.dropped_logs)
    yield from _drops(case, "spans-dropped", Severity.WARNING, Telemetry.SPANS, lambda each: each.dropped_spans)
    for workload, members in by_workload(case.standings, lambda each: each.hub_connect_fail > 0):
        failed = sum(each.hub_connect_fail for each in members)
        yield Diagnosis(
            "hub-unreachable",
            Severity.WARNING,
            workload,
            None,
            f"{who(workload)} cannot always connect to the hub",
            f"{plural(failed, 'connection')} of {listed(members)} to the hub failed in the window.",
            Cure("See the hub's address in the configuration, its certificate, and network policies between the two."),
            names(members),
            {"failed": failed},
        )


def _drops(
    case: Case, code: str, severity: Severity, signal: Telemetry, dropped: Callable[[Standing], int]
) -> Iterator[Diagnosis]:
    for workload, members in by_workload(case.standings, lambda each: dropped(each) > 0):
        total = sum(dropped(each) for each in members)
        yield Diagnosis(
            code,
            severity,
            workload,
            signal,
            f"{who(workload)} drops {signal}",
            f"By their own counters {listed(members)} dropped {plural(total, 'record')} in the window.",
            _REACH,
            names(members),
            {"dropped": total},
        )
