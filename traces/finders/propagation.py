"""Services that do not pass on the request id or the trace context of what they serve.

A service's calls that begin while it serves a request are compared with the ids of all requests that the same instance
served: an id that none of them had was made anew on the way out. Background work that runs meanwhile looks the same, so
a small share is a note, not an accusation.
"""

from collections.abc import Iterator, Sequence

from meshhub.model import WorkloadIdentity
from meshhub.quantities import plural, share
from storage.records.findings import PropagationRow
from traces.finders.model import Finding, Severity

MIN_CALLS = 5
BROKEN_SHARE = 0.5
PARTLY_SHARE = 0.02

REQUEST_ID_FIX = (
    "Copy the header x-request-id of the request that is served to every call made for it, unchanged. Envoy keeps the "
    "id of a request that has one and makes a new one for a request that has none."
)
TRACE_FIX = (
    "Copy the headers traceparent and tracestate (for Zipkin B3: b3 or x-b3-*) of the request that is served to every "
    "call made for it, or let an OpenTelemetry SDK propagate them; all services must use the same format."
)


def find_broken_propagation(rows: Sequence[PropagationRow]) -> Iterator[Finding]:
    """One finding per service and kind of context that it loses."""
    for row in rows:
        yield from _judge(
            row, "request-id-not-propagated", "x-request-id", row.lost_request_ids, row.calls, REQUEST_ID_FIX
        )
        yield from _judge(row, "trace-not-propagated", "trace context", row.lost_traces, row.traced_calls, TRACE_FIX)


def _judge(row: PropagationRow, code: str, what: str, lost: int, calls: int, fix: str) -> Iterator[Finding]:
    if calls < MIN_CALLS or lost / calls < PARTLY_SHARE:
        return
    broken = lost / calls >= BROKEN_SHARE
    name = row.service or "a workload without a name"
    title = f"{name} loses the {what}" if broken else f"{name} loses the {what} of some of its calls"
    evidence = (
        f"{plural(lost, 'call')} of {calls:,} ({share(lost / calls)}) that {name} made while it served requests "
        f"carried {'an id' if what == 'x-request-id' else 'a trace id'} that no request that it served had."
    )
    if not broken:
        evidence += " If these are calls of background work, nothing is wrong."
    yield Finding(
        code,
        Severity.CRITICAL if broken else Severity.NOTE,
        WorkloadIdentity(row.cluster, row.namespace, row.service),
        None,
        title,
        evidence,
        fix,
        {"calls": calls, "lost": lost},
        tuple(row.examples),
    )
