"""What the callers' pools say of calls right now: instances that are left out, refused calls, failed connections."""

from collections.abc import Iterator

from meshhub.quantities import plural
from topology.health.model import Health, Verdict
from topology.model import Note, Pool
from topology.settings import RecentSettings


def with_pool(verdict: Verdict, notes: tuple[Note, ...]) -> Verdict:
    """The verdict, at least degraded where a pool says something."""
    if not notes:
        return verdict
    if verdict.health in (Health.FAILING, Health.DEGRADED):
        return Verdict(verdict.health, (*verdict.reasons, *notes))
    return Verdict(Health.DEGRADED, notes)


def pool_notes(pool: Pool, settings: RecentSettings) -> Iterator[Note]:
    """What there is to say of a pool of the last minute. Retries may hide all of it from the callers."""
    if pool.ejected_hosts:
        yield Note("hosts-ejected", f"{plural(pool.ejected_hosts, 'instance')} left out by outlier detection")
    refused = pool.pool_overflows + pool.retry_overflows
    if pool.open_circuit_breakers or refused:
        names = ", ".join(pool.open_circuit_breakers)
        text = f"circuit breaker open ({names})" if names else "circuit breaker"
        yield Note("circuit-breaker-open", f"{text}: {plural(refused, 'call')} refused")
    failures = pool.connection_failures + pool.connection_timeouts
    if failures >= settings.connection_failures:
        yield Note("connections-fail", f"{plural(failures, 'connection')} failed in the last minute")
