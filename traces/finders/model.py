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


def percent(part: float, whole: float) -> str:
    """A share in words; at least one decimal where it would be 0 or 100 otherwise."""
    share = 100 * part / whole if whole else 0.0
    return f"{share:.1f} %" if 0 < share < 1 or 99 < share < 100 else f"{share:.0f} %"


def milliseconds(microseconds: float) -> str:
    """A duration in words, with three significant digits."""
    return f"{microseconds / 1000:.3g} ms" if microseconds < 1_000_000 else f"{microseconds / 1e6:.3g} s"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
