"""What a finder says."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from meshhub.model import WorkloadIdentity
from storage.records.findings import RelationRow


class Severity(StrEnum):
    """How much it matters, worst first."""

    CRITICAL = "critical"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake that the traffic shows.

    `code` is stable; `title`, `evidence` and `fix` are sentences for people; `numbers` are what the evidence counts;
    `examples` are ids of requests that show it, at most three. `destination` is None where it is about one workload.
    """

    code: str
    severity: Severity
    source: WorkloadIdentity
    destination: WorkloadIdentity | None
    title: str
    evidence: str
    fix: str
    numbers: Mapping[str, float]
    examples: tuple[str, ...]


def ends(row: RelationRow) -> tuple[WorkloadIdentity, WorkloadIdentity]:
    """Caller and callee of a relation."""
    return (
        WorkloadIdentity(row.source_cluster, row.source_namespace, row.source_service),
        WorkloadIdentity(row.destination_cluster, row.destination_namespace, row.destination_service),
    )
