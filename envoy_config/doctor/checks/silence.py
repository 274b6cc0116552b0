"""Workloads of which everything came before and nothing comes now.

An instance that ends while others of its workload report was replaced: that is no fault.
"""

from collections.abc import Iterator
from itertools import groupby

from envoy_config.doctor.case import Case
from envoy_config.doctor.grouping import is_up, listed, names, who
from envoy_config.doctor.model import Cure, Diagnosis
from meshhub.quantities import duration, plural
from traces.finders.model import Severity


def check(case: Case) -> Iterator[Diagnosis]:
    """One diagnosis per workload that fell silent."""
    called = {(row.namespace, row.service): row for row in case.evidence.peers}
    for workload, group in groupby(case.standings, key=lambda each: each.workload):
        members = list(group)
        last = max((each.last for one in members for each in one.signals.values() if each.last), default=None)
        if last is None or any(is_up(each) for each in members) or not workload.service:
            continue
        peer = called.get((workload.namespace, workload.service))
        silent = (case.evidence.window.end - last).total_seconds()
        since = f"Since {last:%H:%M:%S} UTC, {duration(silent * 1e6)}, nothing has arrived of "
        requests = 0 if peer is None else peer.reported_by_callers + peer.reported_by_callees
        still = f" Its peers still report {plural(requests, 'request')} to or from it." if requests else ""
        yield Diagnosis(
            "workload-silent",
            Severity.CRITICAL if requests or any(each.expected for each in members) else Severity.NOTE,
            workload,
            None,
            f"{who(workload)} is silent",
            f"{since}{plural(len(members), 'proxy', 'proxies')} ({listed(members)}).{still}",
            Cure(
                "If it was scaled to nothing or removed, nothing is wrong. Else see whether the proxy runs, and in its "
                "log "
                "whether it reaches the hub: address, certificate, network policy."
            ),
            names(members),
            {"silent_seconds": silent, "requests": requests},
        )
