"""The same call made over and over for one request (N+1): one per item of a list, where one for the list would do."""

from collections.abc import Iterator, Sequence

from meshhub.quantities import duration
from storage.records.findings import RepeatedCallsRow
from traces.finders.model import Finding, Severity, ends

REPEATS = 5
"""From how many equal calls within one request on it is looked at."""

FIX = (
    "Ask for all items at once (a batch endpoint, or one query for the list); if that cannot be had, make the calls "
    "side by side and cache what does not change within a request."
)
SEQUENTIAL_SHARE = 0.8
"""From which share of what calls take together on, with one of them running, they are made one after the other."""


def find_repeated_calls(rows: Sequence[RepeatedCallsRow]) -> Iterator[Finding]:
    """One finding per relation, method and path without its variable parts."""
    for row in rows:
        source, destination = ends(row)
        mean, sequential = row.calls / row.requests, row.covered_us >= SEQUENTIAL_SHARE * row.busy_us
        call = f"{row.method} {row.template}".strip()
        manner = "one after the other" if sequential else "side by side"
        yield Finding(
            "repeated-calls",
            Severity.WARNING if sequential else Severity.NOTE,
            source,
            destination,
            f"{source.service} calls {destination.service} {mean:.0f} times for one request",
            f"{call} was called {mean:.1f} times per request, {manner}, up to {row.most} times, in {row.requests:,} "
            f"requests; together the calls took {duration(row.busy_us / row.requests)} of a request.",
            FIX,
            {"requests": row.requests, "calls": row.calls, "most": row.most, "busy_us": row.busy_us},
            tuple(row.examples),
        )
