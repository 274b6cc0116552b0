"""Sampling that is off, or not what the mesh file says."""

import math
from collections.abc import Iterator

from envoy_config.doctor.case import Case
from envoy_config.doctor.grouping import by_workload, listed, names, who
from envoy_config.doctor.model import Cure, Diagnosis, SamplingRemedy, Standing, Telemetry
from meshhub.model import WorkloadIdentity
from meshhub.quantities import plural, share
from traces.finders.model import Severity

LEAST_REQUESTS = 200
USUAL_PERCENT = 10.0
DEVIATIONS = 6.0
"""So many standard deviations from what is wanted are no accident."""


def check(case: Case) -> Iterator[Diagnosis]:
    """One diagnosis for the whole mesh where nothing is sampled, else one per workload that differs from its intent.

    What changed within the window is not judged: requests from before it were sampled as they were meant to be.
    """
    known = [each for each in case.standings if each.sampled_share is not None]
    requests = sum(each.with_context for each in known)
    sampled = sum((each.sampled_share or 0) * each.with_context for each in known)
    if requests >= LEAST_REQUESTS and not sampled:
        yield Diagnosis(
            "sampling-off",
            Severity.WARNING,
            WorkloadIdentity(),
            Telemetry.SPANS,
            "No request is sampled for tracing",
            f"None of {plural(requests, 'access log')} with a trace context was sampled. Journeys are drawn from "
            "access logs "
            "alone, without what happens inside services.",
            Cure(
                "Set the sampling of the proxies where requests enter the mesh (mesh file: sampling_percent; Istio: "
                "randomSamplingPercentage on tracing[], not on its provider; Consul samples nothing by default).",
                f"meshhub wire sampling {USUAL_PERCENT:g}",
                SamplingRemedy(USUAL_PERCENT) if case.evidence.expected else None,
            ),
            (),
            {"requests": requests},
        )
        return
    wanted = {
        (each.workload, each.instance): each.sampling_percent / 100
        for each in case.evidence.expected
        if each.since is None or each.since <= case.evidence.window.start
    }

    def differs(standing: Standing) -> bool:
        share_wanted, count = wanted.get((standing.workload, standing.instance)), standing.with_context
        if share_wanted is None or standing.sampled_share is None or count < LEAST_REQUESTS:
            return False
        deviation = math.sqrt(max(share_wanted * (1 - share_wanted), 0.0001) / count)
        return abs(standing.sampled_share - share_wanted) > max(DEVIATIONS * deviation, 0.02)

    for workload, members in by_workload(case.standings, differs):
        count = sum(each.with_context for each in members)
        is_share = sum((each.sampled_share or 0) * each.with_context for each in members) / count
        percent = wanted[(workload, members[0].instance)] * 100
        yield Diagnosis(
            "sampling-differs",
            Severity.NOTE,
            workload,
            Telemetry.SPANS,
            f"{who(workload)} samples {share(is_share)} instead of {percent:g} %",
            f"Of {plural(count, 'access log')} of {listed(members)} {share(is_share)} were sampled; the hub's "
            f"configuration says {percent:g} %. "
            "A request that arrives with a trace context keeps its caller's decision.",
            Cure(
                "If its callers decide, nothing is wrong. Else the proxy runs with an older configuration.",
                f"meshhub wire sampling {percent:g} --service {workload.service}",
            ),
            names(members),
            {"sampled_share": is_share, "wanted_share": percent / 100},
        )
