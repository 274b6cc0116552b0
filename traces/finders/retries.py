"""Call relations whose callers try again so often that the retries are a load of their own (retry storms).

The threshold follows the Google SRE book, ch. 22 (Addressing Cascading Failures): a client's retries should stay below
a tenth of its requests; above that they add to the overload that causes them.
"""

from collections.abc import Iterator, Sequence

from meshhub.quantities import plural, share
from storage.records.findings import RetriesRow
from traces.finders.model import Finding, Severity, ends

NOTED_AMPLIFICATION = 1.1
STORM_AMPLIFICATION = 1.5
MIN_RETRIES = 10

FIX = (
    "Retry only what may succeed the next time (retry_on: connect-failure, refused-stream, reset-before-request, "
    "unavailable), only at one layer of the mesh, with back-off and a retry budget (Envoy cluster: "
    "circuit_breakers.thresholds.retry_budget), and find out why the callee fails."
)


def find_retry_storms(rows: Sequence[RetriesRow]) -> Iterator[Finding]:
    """One finding per relation; examples are for the reader to add, they are a query of their own."""
    for row in rows:
        retries, amplification = row.attempts - row.requests, row.attempts / max(row.requests, 1)
        if retries < MIN_RETRIES or amplification < NOTED_AMPLIFICATION:
            continue
        source, destination = ends(row)
        storm = amplification >= STORM_AMPLIFICATION
        yield Finding(
            "retry-storm",
            Severity.CRITICAL if storm else Severity.WARNING,
            source,
            destination,
            f"{source.service} retries {destination.service}: {amplification:.2f} attempts per request",
            f"{plural(row.requests, 'request')} made {row.attempts:,} attempts; {share(row.failed / row.requests)} "
            f"of the requests failed all the same.",
            FIX,
            {"requests": row.requests, "attempts": row.attempts, "failed": row.failed, "amplification": amplification},
            (),
        )
