"""Which services did not pass on the context of one request, by its own hops.

The rules are those of traces/finders/propagation.py, which looks at all traffic: a service that calls while it serves
has to pass on x-request-id and the trace context as they are.
"""

from collections.abc import Iterator, Mapping, Sequence

from traces.finders.propagation import REQUEST_ID_FIX, TRACE_FIX
from traces.model import ContextBreak, Hop, ProxyReport
from traces.party_words import party_name, short_id

Guesses = Mapping[str, float]
"""Request ids that were joined by time and instance alone, and how certain that is."""


def find_breaks(hops: Sequence[Hop], guesses: Guesses) -> tuple[ContextBreak, ...]:
    """At most one break per service and kind of context, in the order of the hops."""
    by_id = {hop.id: hop for hop in hops}
    found: dict[tuple[object, str], ContextBreak] = {}
    for hop in hops:
        outer = by_id.get(hop.parent)
        if outer is not None:
            for each in _between(outer, hop, guesses):
                found.setdefault((each.service, each.lost), each)
    return tuple(found.values())


def _between(outer: Hop, inner: Hop, guesses: Guesses) -> Iterator[ContextBreak]:
    served, made = _served(outer, inner), inner.client or inner.server
    if served is None or made is None or inner.transport == "tcp":
        return
    certainty = guesses.get(made.request_id, guesses.get(served.request_id, 1.0))
    name, callee = party_name(inner.source), party_name(inner.destination)
    sure = "" if certainty == 1 else " (joined by time and instance: a guess)"
    if served.request_id and made.request_id not in ("", served.request_id):
        yield ContextBreak(
            inner.source.identity,
            "request-id",
            inner.id,
            certainty,
            f"{name} does not pass the request id on: it served {short_id(served.request_id)}, and its call to "
            f"{callee} carries {short_id(made.request_id)}{sure}.",
            REQUEST_ID_FIX,
        )
    if served.trace_id and made.trace_id not in ("", served.trace_id):
        yield ContextBreak(
            inner.source.identity,
            "trace",
            inner.id,
            certainty,
            f"{name} does not pass the trace context on: it served a request of trace {served.trace_id}, and its call "
            f"to {callee} is of trace {made.trace_id}{sure}.",
            TRACE_FIX,
        )


def _served(outer: Hop, inner: Hop) -> ProxyReport | None:
    """What was served while the inner call was made, by its callee if it reported."""
    attempt = next((each for each in outer.attempts if each.number == inner.parent_attempt), None)
    return (attempt.server if attempt is not None else None) or outer.client
