"""Services that only their peers report, and proxies of the mesh file that never reported."""

from collections.abc import Iterator

from envoy_config.doctor import cures
from envoy_config.doctor.case import Case
from envoy_config.doctor.grouping import by_workload, listed, names, who
from envoy_config.doctor.model import Cure, Diagnosis, Standing
from meshhub.model import WorkloadIdentity
from meshhub.quantities import plural
from traces.finders.model import Severity


def check(case: Case) -> Iterator[Diagnosis]:
    """One diagnosis per service without a reporting proxy of its own."""
    awaited = {each.workload.service for each in case.evidence.expected}
    heard = {(each.workload.namespace, each.workload.service) for each in case.standings if each.records}
    for workload, missing in by_workload(case.standings, _never_reported):
        if (workload.namespace, workload.service) not in heard:
            yield Diagnosis(
                "proxy-never-reported",
                Severity.CRITICAL,
                workload,
                None,
                f"{who(workload)} has never reported",
                f"The mesh file has {plural(len(missing), 'proxy', 'proxies')} of it ({listed(missing)}), and nothing "
                "of "
                "them has arrived.",
                Cure(
                    "Start the proxy with its bootstrap, and see in its log whether it reaches the hub's address and "
                    "trusts "
                    "its certificate.",
                    "meshhub ads status",
                ),
                names(missing),
            )
    for row in case.evidence.peers:
        known_silent = any(
            (each.workload.namespace, each.workload.service) == (row.namespace, row.service) for each in case.standings
        )
        if row.service in awaited or known_silent:
            continue  # told above, or as silent
        calls = row.reported_by_callers + row.reported_by_callees
        which = "calls to it" if row.reported_by_callers >= row.reported_by_callees else "calls of it"
        yield Diagnosis(
            "workload-not-wired",
            Severity.WARNING,
            WorkloadIdentity("", row.namespace, row.service),
            None,
            f"No proxy of {row.service} reports",
            f"{plural(calls, 'request')} of late ({which}) are known only from the proxies of "
            f"{', '.join(sorted(row.peers))}. "
            "What happens inside it, and what it calls beyond the mesh, is not measured.",
            Cure(
                "If it has a sidecar, wire it as the others are; if it has none, inject one. If it is outside the mesh "
                "on purpose, "
                "nothing is wrong.",
                cures.EMIT,
            ),
            numbers={"requests": calls},
        )


def _never_reported(standing: Standing) -> bool:
    return standing.expected and not any(each.last for each in standing.signals.values())
