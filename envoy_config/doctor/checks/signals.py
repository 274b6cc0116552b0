"""Proxies that send some signals and not another, though they have something to send."""

from collections.abc import Iterator

from envoy_config.doctor import cures
from envoy_config.doctor.case import Case
from envoy_config.doctor.grouping import by_workload, is_up, lacks, listed, names, who
from envoy_config.doctor.model import Diagnosis, SignalState, Standing, Telemetry
from meshhub.model import WorkloadIdentity
from meshhub.quantities import plural
from traces.finders.model import Severity

_SEVERITIES = {
    Telemetry.ACCESS_LOGS: Severity.CRITICAL,
    Telemetry.SPANS: Severity.WARNING,
    Telemetry.STATS: Severity.WARNING,
}
_MEANING = {
    Telemetry.ACCESS_LOGS: "Its requests are not counted: neither graph, nor journeys, nor SLOs have them.",
    Telemetry.SPANS: "Traces have gaps where it should be.",
    Telemetry.STATS: (
        "Its connection pools, ejections and circuit breakers are not measured, nor is what it loses of its telemetry."
    ),
}
WHOLE_MESH = WorkloadIdentity()


def check(case: Case) -> Iterator[Diagnosis]:
    """One diagnosis per signal and workload; one for all where no proxy at all sends it."""
    up = [each for each in case.standings if is_up(each)]
    for signal in Telemetry:
        lacking = [each for each in up if lacks(signal)(each)]
        if len(lacking) > 1 and len(lacking) == len(up) and len({each.workload for each in lacking}) > 1:
            yield _diagnosis(signal, WHOLE_MESH, lacking, f"No proxy sends {signal}")
            continue
        for workload, members in by_workload(case.standings, lacks(signal)):
            yield _diagnosis(signal, workload, members, f"{who(workload)} sends no {signal}")


def _diagnosis(signal: Telemetry, workload: WorkloadIdentity, members: list[Standing], title: str) -> Diagnosis:
    said = [
        f"{plural(len(members), 'proxy', 'proxies')} ({listed(members)}) {_other_signals(members)}, but no {signal}"
    ]
    came = [each.signals[signal].last for each in members if each.signals[signal].state is SignalState.SILENT]
    latest = max((each for each in came if each), default=None)
    said.append(f"; the last came at {latest:%H:%M:%S} UTC." if latest else ", in all the time looked back on.")
    requests = sum(each.requests_counted or 0 for each in members)
    if signal is Telemetry.ACCESS_LOGS and requests:
        said.append(f" By their own counters they had {plural(requests, 'request')} in the window.")
    said.append(f" {_MEANING[signal]}")
    return Diagnosis(
        f"{cures.key_of(signal).replace('_', '-')}-missing",
        _SEVERITIES[signal],
        workload,
        signal,
        title,
        "".join(said),
        cures.send(signal, members),
        names(members),
        {"proxies": len(members), "requests": requests},
    )


def _other_signals(members: list[Standing]) -> str:
    sent = [
        signal.value
        for signal in Telemetry
        if any(each.signals[signal].state is SignalState.REPORTING for each in members)
    ]
    return f"{'sends' if len(members) == 1 else 'send'} {' and '.join(sent)}"
