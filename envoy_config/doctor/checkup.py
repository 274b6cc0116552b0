"""The checkup: standings and diagnoses out of the evidence. Pure."""

from envoy_config.doctor.case import Case
from envoy_config.doctor.checks import CHECKS
from envoy_config.doctor.evidence import Evidence
from envoy_config.doctor.model import Checkup
from envoy_config.doctor.standings import standings
from traces.finders.model import Severity

_ORDER = list(Severity)


def examine(evidence: Evidence) -> Checkup:
    """Everything that is wrong, worst first; within a severity in the order of the checks."""
    case = Case(standings(evidence), evidence)
    diagnoses = [diagnosis for check in CHECKS for diagnosis in check(case)]
    diagnoses.sort(key=lambda each: _ORDER.index(each.severity))
    return Checkup(evidence.window, evidence.since, tuple(case.standings), tuple(diagnoses))
