"""Chatty edges: many calls of a relation for each request that the caller serves, whatever they ask for."""

from collections.abc import Iterator, Sequence

from storage.records.findings import CallsPerRequestRow
from traces.finders.model import Finding, Severity, ends

CHATTY = 5.0
"""Calls per request served."""

MIN_SERVED = 20

FIX = (
    "Fetch more per call (batch, page, or let the callee do the join), keep what does not change in a cache, or move "
    "the two services together: every call pays for two proxies and the network."
)


def find_chatty_edges(rows: Sequence[CallsPerRequestRow]) -> Iterator[Finding]:
    """One finding per relation."""
    for row in rows:
        if row.served < MIN_SERVED or row.calls / row.served < CHATTY:
            continue
        source, destination = ends(row)
        ratio = row.calls / row.served
        yield Finding(
            "chatty-edge",
            Severity.NOTE,
            source,
            destination,
            f"{source.service} makes {ratio:.1f} calls to {destination.service} per request it serves",
            f"{row.calls:,} calls while {row.served:,} requests were served.",
            FIX,
            {"calls": row.calls, "served": row.served, "ratio": ratio},
            (),
        )
