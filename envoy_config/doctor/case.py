"""What a check reads."""

from collections.abc import Sequence
from dataclasses import dataclass

from envoy_config.doctor.evidence import Evidence
from envoy_config.doctor.model import Standing


@dataclass(frozen=True, slots=True)
class Case:
    """The standings of all proxies, sorted by workload and instance, and the evidence they were made of."""

    standings: Sequence[Standing]
    evidence: Evidence
