"""Which service hurts most: the order of the list of services."""

from collections.abc import Iterable, Mapping

from dashboard.reads.service_model import ServiceRow
from topology.health.model import Health, Verdict

_ORDER = (Health.FAILING, Health.DEGRADED, Health.HEALTHY, Health.NOT_MEASURED, Health.IDLE)
LEAST_SLOWER = 1.1
"""A p95 that grew by less is as it was."""


def by_pain(rows: Iterable[ServiceRow], verdicts: Mapping[str, Verdict]) -> list[ServiceRow]:
    """Failing first, then degraded; among equals by error share, then by how much slower, then by traffic."""
    return sorted(rows, key=lambda row: _pain(row, verdicts))


def slower(row: ServiceRow) -> float | None:
    """How many times the p95 of the window before its p95 is; None where either is not known."""
    if row.latency is None or row.before is None or not row.before.p95:
        return None
    return row.latency.p95 / row.before.p95


def _pain(row: ServiceRow, verdicts: Mapping[str, Verdict]) -> tuple[int, float, float, int, str]:
    verdict = verdicts.get(row.node.id)
    health = verdict.health if verdict else Health.NOT_MEASURED
    times = slower(row) or 1.0
    return (
        _ORDER.index(health),
        -(row.error_share or 0.0),
        -times if times >= LEAST_SLOWER else 0.0,
        -row.requests,
        row.node.id,
    )
