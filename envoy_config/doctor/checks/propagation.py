"""What the finders say about ids on their way through services: part of the wiring, in the applications' hands."""

from collections.abc import Iterator

from envoy_config.doctor.case import Case
from envoy_config.doctor.model import Cure, Diagnosis, Telemetry
from traces.finders.model import Finding

CODES = ("request-id-not-propagated", "trace-not-propagated", "foreign-request-ids")
_CHANGES = {
    "foreign-request-ids": 'request_id_extension: {typed_config: {"@type": type.googleapis.com/'
    "envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig, use_request_id_for_trace_sampling: false}}"
}


def check(case: Case) -> Iterator[Diagnosis]:
    """One diagnosis per finding."""
    for finding in case.evidence.propagation:
        if finding.code in CODES:
            yield _diagnosis(finding)


def _diagnosis(finding: Finding) -> Diagnosis:
    return Diagnosis(
        finding.code,
        finding.severity,
        finding.source,
        Telemetry.SPANS,
        finding.title,
        finding.evidence,
        Cure(finding.fix, _CHANGES.get(finding.code, "")),
        (),
        finding.numbers,
        finding.examples,
    )
